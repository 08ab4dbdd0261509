import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { detailOf } from '../../src/custom/detail.ts';
import { aCredential } from '../support/push.ts';

const plain = aCredential('https://hooks.acme.com/push');
const wordsOf = (body: unknown): string | undefined =>
  detailOf(typeof body === 'string' ? body : JSON.stringify(body), plain);

describe('detailOf finds the human-readable message', () => {
  test.each([
    [{ message: 'no such user', error: 'Not Found' }, 'no such user'],
    [{ statusCode: 404, error: 'Not Found' }, 'Not Found'],
    [{ reason: 'BadDeviceToken' }, 'BadDeviceToken'],
    [{ error: { code: 7, message: 'quota is used up' } }, 'quota is used up'],
    [{ type: 'about:blank', title: 'Forbidden', detail: 'the key is revoked' }, 'the key is revoked'],
  ])('%j', (body, words) => {
    expect(wordsOf(body)).toBe(words);
  });

  test.each(['{"code":7}', '["a"]', '"down"', '42', 'null', '{"message": "cut o', '<h1>502 Bad Gateway</h1>', 'nginx'])(
    'in the text itself when there is no message: %s',
    (body) => {
      expect(wordsOf(body)).toBe(body);
    },
  );

  test.each(['', ' \n\t ', '\u0000\u200b', '{"message":"\\u0007"}'])('nowhere in %j', (body) => {
    expect(wordsOf(body)).toBeUndefined();
  });

  test('on one line, without control characters', () => {
    expect(wordsOf('bad\r\n\tnews\u001b[31m \u202efrom\u0000 here\u2028!')).toBe('bad news [31m from here !');
  });

  test('cut at 200 code points, never inside one', () => {
    expect(wordsOf('👋'.repeat(3000))).toBe('👋'.repeat(200));
    expect(wordsOf('x'.repeat(200))).toBe('x'.repeat(200));
  });
});

describe('detailOf keeps our credentials out', () => {
  const credential = aCredential('https://hooks.acme.com/push?token=abc%2Fdef-ghi&v=2', {
    basicAuth: { username: 'fanfare', password: 'pä"ss word' },
    signingSecrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  });
  const basic = Buffer.from('fanfare:pä"ss word').toString('base64');

  test.each([
    [`got Basic ${basic}!`, 'got Basic [redacted]!'],
    ['password pä"ss word is wrong', 'password [redacted] is wrong'],
    [JSON.stringify({ password: 'pä"ss word' }), '{"password":"[redacted]"}'],
    [JSON.stringify({ message: 'not pä"ss word' }), 'not [redacted]'],
    ['?p=p%C3%A4%22ss%20word', '?p=[redacted]'],
    ['key whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'key whsec_[redacted]'],
    ['Cannot POST /push?token=abc%2Fdef-ghi&v=2', 'Cannot POST /push?[redacted]'],
    ['token abc/def-ghi of v2', 'token [redacted] of v2'],
    ['user fanfare is unknown', 'user fanfare is unknown'],
  ])('%s', (body, words) => {
    expect(detailOf(body, credential)).toBe(words);
  });

  test('a user name is a secret when there is no password', () => {
    const basicAuth = { username: 'sk_live_1', password: '' };
    expect(detailOf('no key sk_live_1', { ...credential, basicAuth })).toBe('no key [redacted]');
  });

  test('a credential cut off by the cap on the body does not show', () => {
    const body = `${' '.repeat(4090)}pä"ss`;
    expect(detailOf(body, credential)).toBeUndefined();
  });

  test('whatever surrounds it, and whatever it consists of', () => {
    const secret = fc.string({ minLength: 11, maxLength: 40, unit: 'binary' });
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), fc.boolean(), (before, password, after, asJson) => {
        const echo = `${before}${password}${after}`;
        const body = asJson ? JSON.stringify({ message: echo }) : echo;
        const words = detailOf(body, { ...credential, basicAuth: { username: 'fanfare', password } }) ?? '';
        expect([...words].length).toBeLessThanOrEqual(200);
        expect(words).not.toContain(password);
      }),
    );
  });
});

test('the text of the message is not repeated', () => {
  expect(detailOf('cannot deliver "see you at nine" to bob', plain, 'see you at nine')).toBe(
    'cannot deliver "[redacted]" to bob',
  );
  expect(detailOf('not ok', plain, 'ok')).toBe('not ok');
});
