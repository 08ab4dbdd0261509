import { expect, test } from '@jest/globals';
import type { Fate, PushService } from '../src/app.ts';
import { type Answer, anApns, anFcm, NOW } from './push-clients.ts';
import { both, services } from './push-services.ts';

const RESET = 2;
const REFUSED = 7;

/** The reason in the body of either service, and the status. */
const words = ({ status, text }: Answer): string => {
  const [, code] = /"(?:errorCode|reason)": ?"(\w+)"/.exec(text) ?? [];
  return code === undefined ? `${status}` : `${status} ${code}`;
};

/** The end of the next request to a service. */
const nextFate = (service: PushService) =>
  new Promise<Fate | 'waiting'>((resolve) => {
    const off = service.onRequest(({ answered }) => {
      off();
      resolve(answered);
    });
  });

test.each([
  ['tok_unregistered', '404 UNREGISTERED', '410 Unregistered'],
  ['tok_unregistered-7', '404 UNREGISTERED', '410 Unregistered'],
  ['tok_bad_1', '400 INVALID_ARGUMENT', '400 BadDeviceToken'],
  ['tok_mismatch', '403 SENDER_ID_MISMATCH', '400 DeviceTokenNotForTopic'],
  ['tok_invalid', '400 INVALID_ARGUMENT', '400 InvalidPushType'],
  ['tok_429_x', '429 QUOTA_EXCEEDED', '429 TooManyRequests'],
  ['tok_bare_429', '429 QUOTA_EXCEEDED', '429 TooManyRequests'],
  ['tok_500', '500 INTERNAL', '500 InternalServerError'],
  ['tok_503', '503 UNAVAILABLE', '503 Shutdown'],
  ['tok_html_502', '502', '200'],
  ['tok_anything', '200', '200'],
])('%s is answered %s by FCM and %s by APNs', async (token, fcm, apns) => {
  for (const [name, expected] of [
    ['fcm', fcm],
    ['apns', apns],
  ] as const) {
    const { to, service } = await services[name]();
    for (let i = 0; i < 3; i++) expect(words(await to(token))).toBe(expected);
    const reason = expected.split(' ')[1];
    expect(service.counts().answered).toEqual({ [Number.parseInt(expected, 10)]: 3 });
    if (reason) expect(service.counts().reasons).toEqual({ [reason]: 3 });
  }
});

test('an unregistered token died now, or at the time in its name', async () => {
  const { to } = await anApns();
  expect(JSON.parse((await to('tok_unregistered')).text)).toEqual({ reason: 'Unregistered', timestamp: NOW });
  const { text } = await to('tok_unregistered_at_1700000000000_x');
  expect(JSON.parse(text)).toEqual({ reason: 'Unregistered', timestamp: 1_700_000_000_000 });
});

test('a bad gateway of FCM is a page of HTML', async () => {
  const { to } = await anFcm();
  const { headers, text } = await to('tok_html_502');
  expect(headers['content-type']).toBe('text/html; charset=UTF-8');
  expect(text).toContain('<!DOCTYPE html>');
});

test('FCM says which token is bad and which quota is exceeded', async () => {
  const { to } = await anFcm();
  expect(JSON.parse((await to('tok_bad')).text)).toMatchObject({
    error: { details: [{ fieldViolations: [{ field: 'message.token' }] }, { errorCode: 'INVALID_ARGUMENT' }] },
  });
  expect(JSON.parse((await to('tok_429')).text)).toMatchObject({
    error: { details: [{ errorCode: 'QUOTA_EXCEEDED' }, { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' }] },
  });
});

test.each(both)('%s says in a 429 when to retry', async (_, start) => {
  const { to } = await start();
  expect((await to('tok_429')).headers['retry-after']).toBe('1');
  expect((await to('tok_bare_429')).headers['retry-after']).toBeUndefined();
});

test.each(both)('%s names the time to retry that the token asks for', async (_, start) => {
  const { to } = await start();
  expect((await to('tok_429_after_600-x')).headers['retry-after']).toBe('600');
  expect((await to('tok_503_date_600-x')).headers['retry-after']).toBe('Thu, 13 Mar 2025 06:41:00 GMT');
});

test.each(both)('%s pads the answer to a tok_oversize', async (_, start) => {
  const { to } = await start();
  const { status, text } = await to('tok_oversize');
  expect([status, text.length]).toEqual([500, 32 * 1_048_576]);
});

test.each(both)('%s breaks off the answer to a tok_truncated', async (_, start) => {
  const { to, service } = await start();
  expect(await to('tok_truncated')).toMatchObject({ status: 200, code: RESET });
  expect(service.counts()).toMatchObject({ received: 1, reset: 1, answered: {} });
  expect((await to('tok_1')).status).toBe(200);
});

test.each(both)(
  '%s fails the first pushes to a token whose name says how many, each token for itself',
  async (_, start) => {
    const { to, service } = await start();
    const statuses = async (...tokens: string[]) => {
      const got: (number | undefined)[] = [];
      for (const token of tokens) got.push((await to(token)).status);
      return got;
    };
    const [a, b] = ['tok_429_twice_a', 'tok_429_twice_b'];
    expect(await statuses(a, a, b, a, b, b)).toEqual([429, 429, 429, 200, 429, 200]);
    expect(await statuses('tok_503_once', 'tok_503_once', 'tok_500_once', 'tok_500_once')).toEqual([
      503, 200, 500, 200,
    ]);
    service.clear();
    expect(await statuses(a, 'tok_503_once')).toEqual([429, 503]);
  },
);

test.each(both)('%s resets the stream of a tok_reset and leaves the connection alone', async (_, start) => {
  const { to, service } = await start();
  expect(await to('tok_reset')).toMatchObject({ status: undefined, code: RESET });
  expect(await to('tok_refused_once')).toMatchObject({ status: undefined, code: REFUSED });
  expect(await to('tok_refused_once')).toMatchObject({ status: 200 });
  expect(service.counts()).toMatchObject({ received: 3, reset: 2, answered: { 200: 1 } });
});

test.each(both)('%s never answers a tok_hang', async (_, start) => {
  const { simulator, to, service } = await start();
  const fate = nextFate(service);
  const answer = to('tok_hang');
  expect(await fate).toBe('hung');
  expect(service.counts()).toMatchObject({ received: 1, hung: 1, waiting: 0 });
  await simulator.close();
  expect(await answer).toMatchObject({ status: undefined });
});

test.each(both)('%s answers a tok_slow late, unless its sender has disconnected', async (_, start) => {
  const { session, to, service } = await start();
  expect((await to('tok_slow_20')).status).toBe(200);
  const answer = to('tok_slow_3600000');
  while (service.counts().waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  const fate = nextFate(service);
  session.destroy();
  expect(await fate).toBe('abandoned');
  expect(await answer).toMatchObject({ status: undefined });
});
