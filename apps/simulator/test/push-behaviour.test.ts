import { once } from 'node:events';
import { request } from 'node:https';
import { expect, test } from '@jest/globals';
import type { Fate, PushService, RecordedPush } from '../src/app.ts';
import { type Answer, anApns, anFcm, connected, exchange, NOW } from './push-clients.ts';

const RESET = 2;
const REFUSED = 7;

/** A service with a sender to it, whichever it is. */
const services = {
  fcm: async () => {
    const { simulator, session, to, head } = await anFcm();
    return { simulator, session, to, service: simulator.fcm as PushService, head: () => head };
  },
  apns: async () => {
    const { simulator, session, to, head } = await anApns();
    return { simulator, session, to: (token: string) => to(token), service: simulator.apns as PushService, head };
  },
};
const both = Object.entries(services);

/** The reason in either's body, and the status. */
const words = ({ status, text }: Answer): string => {
  const [, code] = /"(?:errorCode|reason)": ?"(\w+)"/.exec(text) ?? [];
  return code === undefined ? `${status}` : `${status} ${code}`;
};

/** How the next request to a service ends. */
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
  ['tok_429_x', '429 QUOTA_EXCEEDED', '429 TooManyRequests'],
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

test('an unregistered token has been dead since now, or since what its name says', async () => {
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

test('FCM tells which token is bad and which quota is exceeded', async () => {
  const { to } = await anFcm();
  expect(JSON.parse((await to('tok_bad')).text)).toMatchObject({
    error: { details: [{ fieldViolations: [{ field: 'message.token' }] }, { errorCode: 'INVALID_ARGUMENT' }] },
  });
  expect(JSON.parse((await to('tok_429')).text)).toMatchObject({
    error: { details: [{ errorCode: 'QUOTA_EXCEEDED' }, { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' }] },
  });
});

test.each(both)('%s says with a 429 when to come again', async (_, start) => {
  const { to } = await start();
  expect((await to('tok_429')).headers['retry-after']).toBe('1');
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

test.each(both)('%s answers a tok_slow late, unless its sender has left', async (_, start) => {
  const { session, to, service } = await start();
  expect((await to('tok_slow_20')).status).toBe(200);
  const answer = to('tok_slow_3600000');
  while (service.counts().waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  const fate = nextFate(service);
  session.destroy();
  expect(await fate).toBe('abandoned');
  expect(await answer).toMatchObject({ status: undefined });
});

test.each(both)(
  '%s ends the connection after it has answered a tok_goaway, and what is under way on it',
  async (_, start) => {
    const { session, to } = await start();
    const goaway = once(session, 'goaway');
    const under = to('tok_slow_50');
    expect((await to('tok_goaway')).status).toBe(200);
    const [code, lastStream] = (await goaway) as [number, number];
    expect(code).toBe(0);
    expect(lastStream).toBeGreaterThanOrEqual(3);
    expect((await under).status).toBe(200);
    await once(session, 'close');
  },
);

test('APNs says why it ends a connection', async () => {
  const { session, to } = await anApns();
  const goaway = once(session, 'goaway');
  await to('tok_goaway');
  const [, , words] = (await goaway) as [number, number, Buffer];
  expect(JSON.parse(words.toString())).toEqual({ reason: 'Shutdown' });
});

/** To FCM over HTTP/1.1. */
async function http1(token: string) {
  const { simulator, head } = await anFcm();
  const outgoing = request(`https://localhost:${simulator.tlsPort}/v1/projects/demo/messages:send?alt=json`, {
    method: 'POST',
    ca: simulator.caPem,
    headers: { authorization: head.authorization },
  });
  outgoing.end(JSON.stringify({ message: { token } }));
  const [response] = await once(outgoing, 'response');
  return { response, simulator };
}

test('over HTTP/1.1, tok_goaway closes the connection after the answer', async () => {
  const { response, simulator } = await http1('tok_goaway');
  expect(response).toMatchObject({ statusCode: 200, headers: { connection: 'close' } });
  expect(simulator.fcm.requests()).toMatchObject([{ http2: false, answered: 200 }]);
});

test('over HTTP/1.1, tok_reset cuts the connection', async () => {
  await expect(http1('tok_reset')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test.each(both)(
  'a push to %s accepted again counts as accepted twice, one that failed before does not',
  async (_, start) => {
    const { to, service } = await start();
    await to('tok_503_once');
    await to('tok_503_once');
    expect(service.counts().acceptedTwice).toBe(0);
  },
);

test('FCM knows a push by its token, what it replaces and when that was sent', async () => {
  const { simulator, send } = await anFcm();
  const twice = async (...messages: object[]) => {
    simulator.fcm.clear();
    for (const message of messages) await send(message);
    return simulator.fcm.counts().acceptedTwice;
  };
  const one = { token: 'tok_1', android: { collapse_key: '101' }, data: { sentAt: '1' } };
  expect(await twice(one, one, one)).toBe(2);
  expect(await twice(one, { ...one, token: 'tok_2' }, { ...one, data: { sentAt: '2' } })).toBe(0);
  const tagged = { token: 'tok_1', android: { notification: { tag: 'x' } } };
  expect(await twice(tagged, tagged)).toBe(1);
  expect(await twice({ token: 'tok_1' }, { token: 'tok_1' })).toBe(0);
});

test('APNs knows a push by its token and id, else by what it replaces and when that was sent', async () => {
  const { simulator, to } = await anApns();
  const twice = async (...headers: Record<string, string>[]) => {
    simulator.apns.clear();
    for (const each of headers) await to('tok_1', each);
    return simulator.apns.counts().acceptedTwice;
  };
  const id = { 'apns-id': 'ec1bf194-b3b2-424a-89a9-5a918a6e6b5d' };
  expect(await twice(id, id)).toBe(1);
  expect(await twice(id, { 'apns-id': 'ec1bf194-b3b2-424a-89a9-5a918a6e6b5e' })).toBe(0);
  expect(await twice({ 'apns-collapse-id': '101' }, { 'apns-collapse-id': '101' })).toBe(1);
  expect(await twice({}, {})).toBe(0);
});

test('a request is shown with its token, its headers but no credential, its body and its answer', async () => {
  const { simulator, to } = await anFcm();
  const heard: RecordedPush[] = [];
  simulator.fcm.onRequest((push) => heard.push(push));
  await to('tok_429');
  const [push] = simulator.fcm.requests();
  expect(push).toEqual({
    sequence: 1,
    receivedAt: NOW,
    method: 'POST',
    path: '/v1/projects/demo/messages:send',
    http2: true,
    headers: { authorization: 'Bearer ***' },
    body: '{"message":{"token":"tok_429","data":{"tag":"1"}}}',
    json: { message: { token: 'tok_429', data: { tag: '1' } } },
    token: 'tok_429',
    answered: 429,
    reason: 'QUOTA_EXCEEDED',
  });
  expect(heard).toEqual([push]);
});

test.each(both)(
  'a sender to %s that leaves in the middle of its request is not counted and does no harm',
  async (_, start) => {
    const { simulator, session, service, head } = await start();
    const stream = session.request({ ':method': 'POST', ...head('tok_1') });
    stream.on('error', () => {});
    await new Promise((written) => stream.write('{', written));
    session.destroy();
    const body = '{"message":{"token":"tok_1"}}';
    expect((await exchange(connected(simulator), head('tok_1'), body)).status).toBe(200);
    expect(service.counts()).toMatchObject({ received: 1, answered: { 200: 1 } });
  },
);

test('a connection may have 100 requests under way to FCM and, once it is known to be for APNs, 1000', async () => {
  const { simulator, session, to } = await anApns();
  await once(session, 'remoteSettings');
  expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
  const raised = once(session, 'remoteSettings');
  await to('tok_1');
  await raised;
  expect(session.remoteSettings.maxConcurrentStreams).toBe(1_000);
  const other = connected(simulator);
  await exchange(other, { ':path': '/v1/projects/demo/messages:send' }, '{}');
  expect(other.remoteSettings.maxConcurrentStreams).toBe(100);
});
