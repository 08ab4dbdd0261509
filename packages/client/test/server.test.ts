import { expect, test } from '@jest/globals';
import { type FanfareEvent, FanfareServer, type FanfareServerOptions } from '../src/index.ts';
import { type Answer, startServer, type TestServer } from './test-server.ts';

/** A client whose waits are recorded instead of waited. */
function serverOf({ url }: Pick<TestServer, 'url'>, options: Partial<FanfareServerOptions> = {}) {
  const waits: number[] = [];
  const sleep = async (ms: number) => void waits.push(ms);
  return { client: new FanfareServer({ url, apiKey: 'fk_key', sleep, random: () => 0.5, ...options }), waits };
}

const anEvent = (id: string, text = 'hi'): FanfareEvent => ({
  id,
  type: 'message.sent',
  sentAt: 1741847453000,
  sender: { uid: 'alice' },
  conversation: { type: 'user', id: 'bob' },
  message: { id: '101', text },
});

const accepted = (...ids: string[]): Answer => ({
  status: 202,
  body: { data: { events: ids.map((id) => ({ id, status: 'accepted' })) } },
});

test('one event is published unchanged, with the key', async () => {
  await using server = await startServer(accepted('m-1'));
  expect(await serverOf(server).client.publish(anEvent('m-1'))).toEqual({ id: 'm-1', status: 'accepted' });
  const [request] = server.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/v3/events', body: anEvent('m-1') });
  expect(request?.headers).toMatchObject({ apikey: 'fk_key', 'content-type': 'application/json' });
});

test('2,001 events go in three requests, in order; no events in no request', async () => {
  await using server = await startServer(accepted('first'), accepted('second'), accepted('third'));
  const events = Array.from({ length: 2001 }, (_, i) => anEvent(`m-${i}`));
  const { client } = serverOf(server);
  expect((await client.publish(events)).map(({ id }) => id)).toEqual(['first', 'second', 'third']);
  const bodies = server.requests.map(({ body }) => body as FanfareEvent[]);
  expect(bodies.map(({ length }) => length)).toEqual([1000, 1000, 1]);
  expect(bodies.flat()).toEqual(events);
  expect(await client.publish([])).toEqual([]);
  expect(server.requests).toHaveLength(3);
});

test('no request is larger, in bytes, than the server accepts', async () => {
  await using server = await startServer(accepted('m'));
  const events = Array.from({ length: 30 }, (_, i) => anEvent(`m-${i}`, '€'.repeat(100_000)));
  await serverOf(server).client.publish(events);
  const sizes = server.requests.map(({ headers }) => Number(headers['content-length']));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * 1024 * 1024);
  expect(server.requests.flatMap(({ body }) => body)).toEqual(events);
});

test.each<[string, Answer | 'hang up']>([
  ['a 503', { status: 503, body: { error: { code: 'ERR_UNAVAILABLE', message: 'away' } } }],
  ['a proxy’s 502', { status: 502, body: 'Bad gateway' }],
  ['a broken connection', 'hang up'],
])('after %s the same event is posted again', async (_name, trouble) => {
  await using server = await startServer(trouble, trouble, accepted('m-1'));
  const { client, waits } = serverOf(server);
  expect(await client.publish(anEvent('m-1'))).toEqual({ id: 'm-1', status: 'accepted' });
  expect(server.requests.map(({ body }) => body)).toEqual([anEvent('m-1'), anEvent('m-1'), anEvent('m-1')]);
  expect(waits).toEqual([125, 250]);
});

const throttled = (retryAfter: string): Answer => ({
  status: 429,
  headers: { 'retry-after': retryAfter },
  body: { error: { code: 'ERR_TOO_MANY_REQUESTS', message: 'wait' } },
});

test('the next try waits for Retry-After, and a wait over a minute is left to the caller', async () => {
  await using server = await startServer(throttled('3'), accepted('m-1'));
  const { client, waits } = serverOf(server);
  await client.publish(anEvent('m-1'));
  expect(waits).toEqual([3125]);
  await using busy = await startServer(throttled('61'));
  const error = { code: 'ERR_TOO_MANY_REQUESTS', retryAfterS: 61 };
  await expect(serverOf(busy).client.publish(anEvent('m-1'))).rejects.toMatchObject(error);
  expect(busy.requests).toHaveLength(1);
});

test('it fails with the last error after the configured number of retries', async () => {
  await using server = await startServer({ status: 500, body: { error: { code: 'ERR_INTERNAL', message: 'oh' } } });
  const { client } = serverOf(server, { retries: 2 });
  await expect(client.publish(anEvent('m-1'))).rejects.toMatchObject({ code: 'ERR_INTERNAL', status: 500 });
  expect(server.requests).toHaveLength(3);
});

test('an invalid event is not retried', async () => {
  const error = { code: 'ERR_BAD_REQUEST', message: 'sentAt: must be epoch milliseconds' };
  await using server = await startServer({ status: 400, body: { error } });
  await expect(serverOf(server).client.publish(anEvent('m-1'))).rejects.toMatchObject(error);
  expect(server.requests).toHaveLength(1);
});

test('sessions, users and progress use their paths', async () => {
  await using server = await startServer({ body: { data: { uid: 'bob' } } });
  const { client } = serverOf(server);
  await client.createAuthToken('bob');
  expect(await client.revokeAuthToken('bob', 'to/ken')).toBe(true);
  await client.upsertUser('bob', { name: 'Bob', timezone: null });
  await client.event('m-1');
  expect(server.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/v3/users/bob/auth_tokens', {}],
    ['DELETE', '/v3/users/bob/auth_tokens/to%2Fken', undefined],
    ['PUT', '/v3/users/bob', { name: 'Bob', timezone: null }],
    ['GET', '/v3/events/m-1', undefined],
  ]);
});

test('revoking says whether there was a session, also if an earlier try with a lost answer ended it', async () => {
  const gone = { status: 404, body: { error: { code: 'ERR_TOKEN_NOT_FOUND', message: 'no such token' } } };
  await using server = await startServer('hang up', gone);
  expect(await serverOf(server).client.revokeAuthToken('bob', 'token')).toBe(true);
  expect(await serverOf(server).client.revokeAuthToken('bob', 'token')).toBe(false);
});
