import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { signatureHeaders } from '../../src/custom/sign.ts';
import { signingSecretProblem } from '../../src/index.ts';

const secretOf = (key: Uint8Array): string => `whsec_${Buffer.from(key).toString('base64')}`;
const secrets = fc.uint8Array({ minLength: 24, maxLength: 64 }).map(secretOf);

describe('signatureHeaders', () => {
  test('gives the same signature as the reference implementation, for any body and key', () => {
    const times = fc.integer({ min: 0, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(secrets, fc.string({ unit: 'grapheme' }), times, (secret, body, sentAt) => {
        const headers = signatureHeaders({ id: 'dlv_1', body: Buffer.from(body), sentAt }, [secret]);
        expect(headers['webhook-signature']).toBe(new Webhook(secret).sign('dlv_1', new Date(sentAt), body));
      }),
    );
  });

  test('keeps the published example of the reference', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = Buffer.from('{"test": 2432232314}');
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    expect(signatureHeaders({ id, body, sentAt: 1_614_265_330_999 }, [secret])).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('a secret without its prefix signs the same', () => {
    const message = { id: 'dlv_1', body: Buffer.from('{}'), sentAt: 0 };
    const secret = secretOf(Buffer.alloc(24, 7));
    expect(signatureHeaders(message, [secret.slice('whsec_'.length)])).toEqual(signatureHeaders(message, [secret]));
  });

  test.each(['', 'whsec_', 'whsec_!!!'])('refuses to sign with %j, which holds no key', (secret) => {
    expect(() => signatureHeaders({ id: 'dlv_1', body: Buffer.from('{}'), sentAt: 0 }, [secret])).toThrow(TypeError);
  });
});

describe('signingSecretProblem', () => {
  test('accepts the base64 of 24 to 64 bytes', () => {
    fc.assert(fc.property(secrets, (secret) => signingSecretProblem(secret) === undefined));
  });

  test.each(['', 'whsec_', 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', 'whsec_not base64', 'whsec_ab=cd'])(
    'refuses the form of %j',
    (secret) => {
      expect(signingSecretProblem(secret)).toBe('The signing secret must be whsec_ followed by base64.');
    },
  );

  test.each([23, 65])('refuses a key of %i bytes', (length) => {
    const secret = secretOf(new Uint8Array(length));
    expect(signingSecretProblem(secret)).toBe(`The signing secret must hold 24 to 64 bytes, not ${length}.`);
  });
});
