import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { verifyWebhook, type WebhookHeaders } from '../src/index.ts';

/** The example of the Standard Webhooks libraries: https://github.com/standard-webhooks/standard-webhooks */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BODY = '{"test": 2432232314}';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const TIMESTAMP = 1614265330;
const HEADERS = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': String(TIMESTAMP),
  'webhook-signature': SIGNATURE,
};
const OTHER_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

const at = (secondsLater: number) => ({ now: () => (TIMESTAMP + secondsLater) * 1000 });
const verify = (headers: WebhookHeaders = HEADERS, body: Parameters<typeof verifyWebhook>[1] = BODY) =>
  verifyWebhook(headers, body, SECRET, at(0));

test('the published example verifies, and its body is returned parsed', async () => {
  expect(await verify()).toEqual({ test: 2432232314 });
});

test.each<[string, WebhookHeaders]>([
  ['Headers', new Headers(HEADERS)],
  ['a record in any case', Object.fromEntries(Object.entries(HEADERS).map(([k, v]) => [k.toUpperCase(), v]))],
  ['a record of lists', Object.fromEntries(Object.entries(HEADERS).map(([k, v]) => [k, [v]]))],
])('headers may be %s', async (_name, headers) => {
  expect(await verify(headers)).toEqual({ test: 2432232314 });
});

test.each([
  ['bytes', new TextEncoder().encode(BODY)],
  ['a Buffer', Buffer.from(BODY)],
  ['an ArrayBuffer', new TextEncoder().encode(BODY).buffer],
])('the body may be %s', async (_name, body) => {
  expect(await verify(HEADERS, body)).toEqual({ test: 2432232314 });
});

test('one signature of several that matches one secret of several is enough', async () => {
  const headers = { ...HEADERS, 'webhook-signature': `v1a,bm90LW91cnM= v1,??? v1,bm9wZQ== ${SIGNATURE}` };
  expect(await verifyWebhook(headers, BODY, [OTHER_SECRET, SECRET], at(0))).toEqual({ test: 2432232314 });
});

test.each([
  ['another body', HEADERS, `${BODY} `],
  ['another id', { ...HEADERS, 'webhook-id': 'msg_other' }, BODY],
  ['another time', { ...HEADERS, 'webhook-timestamp': String(TIMESTAMP + 1) }, BODY],
  ['a signature cut short', { ...HEADERS, 'webhook-signature': 'v1,g0hM9SsE' }, BODY],
  ['an empty signature', { ...HEADERS, 'webhook-signature': 'v1,' }, BODY],
  ['a signature without its version', { ...HEADERS, 'webhook-signature': SIGNATURE.slice(3) }, BODY],
])('%s is refused', async (_name, headers, body) => {
  await expect(verify(headers, body)).rejects.toMatchObject({ code: 'ERR_WEBHOOK_SIGNATURE' });
});

test('a signature with another secret is refused', async () => {
  const other = verifyWebhook(HEADERS, BODY, OTHER_SECRET, at(0));
  await expect(other).rejects.toMatchObject({ code: 'ERR_WEBHOOK_SIGNATURE' });
  const none = verifyWebhook(HEADERS, BODY, [], at(0));
  await expect(none).rejects.toMatchObject({ code: 'ERR_WEBHOOK_SIGNATURE' });
});

test('a timestamp may differ by at most the tolerance, either way', async () => {
  for (const seconds of [-300, 300]) {
    expect(await verifyWebhook(HEADERS, BODY, SECRET, at(seconds))).toBeDefined();
  }
  for (const seconds of [-301, 301]) {
    const late = verifyWebhook(HEADERS, BODY, SECRET, at(seconds));
    await expect(late).rejects.toMatchObject({ code: 'ERR_WEBHOOK_TIMESTAMP' });
  }
  expect(await verifyWebhook(HEADERS, BODY, SECRET, { ...at(900), toleranceS: 900 })).toBeDefined();
  const worded = verify({ ...HEADERS, 'webhook-timestamp': 'yesterday' });
  await expect(worded).rejects.toMatchObject({ code: 'ERR_WEBHOOK_TIMESTAMP' });
});

test.each(Object.keys(HEADERS))('a webhook without %s is refused', async (name) => {
  const refused = verify({ ...HEADERS, [name]: undefined });
  await expect(refused).rejects.toMatchObject({ code: 'ERR_WEBHOOK_HEADERS', message: expect.stringContaining(name) });
});

test.each(['whsec_', 'whsec_???', ''])('a secret that is not a key is refused: %s', async (secret) => {
  const refused = verifyWebhook(HEADERS, BODY, secret, at(0));
  await expect(refused).rejects.toMatchObject({ code: 'ERR_WEBHOOK_SECRET' });
});

test('a correctly signed body that is not JSON has a code of its own', async () => {
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const signed = `${HEADERS['webhook-id']}.${TIMESTAMP}.not JSON`;
  const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  const refused = verify({ ...HEADERS, 'webhook-signature': signature }, 'not JSON');
  await expect(refused).rejects.toMatchObject({ code: 'ERR_WEBHOOK_BODY' });
});
