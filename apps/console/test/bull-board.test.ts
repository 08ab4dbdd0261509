import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, logIn, queueDeliveries, startConsole, type TestConsole } from './support/console.ts';

let console: TestConsole;
let headers: { cookie: string };
beforeAll(async () => {
  console = await startConsole({ QUEUE_SHARDS: '2' });
  headers = await logIn(console);
});
afterAll(() => console[Symbol.asyncDispose]());

test('its page loads nothing from other sites', async () => {
  const response = await ask(console, '/queues', { headers });
  expect(response.status).toBe(200);
  const page = await response.text();
  expect(page).toContain('Fanfare queues');
  expect(page.match(/(?:href|src)="(?:https?:)?\/\//g)).toBeNull();
  expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self';/);
});

test('it shows every queue of every lane and shard, read-only', async () => {
  await queueDeliveries(console, { provider: 'fcm', lane: 'bulk', jobs: 3, shard: 1 });
  const { queues } = (await (await ask(console, '/queues/api/queues', { headers })).json()) as {
    queues: { name: string; displayName: string; readOnlyMode: boolean; counts: { waiting: number } }[];
  };
  expect(queues).toHaveLength(4 * 3 * 2);
  expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
  const queue = queues.find(({ name }) => name === '1.deliveries-fcm-bulk');
  expect(queue).toMatchObject({ displayName: 'deliveries-fcm-bulk.1', counts: { waiting: 3 } });
});

test.each([
  ['PUT', '/queues/api/queues/pause'],
  ['PUT', '/queues/api/queues/0.events-call/obliterate'],
  ['PUT', '/queues/api/queues/0.events-call/1/retry'],
  ['POST', '/queues/api/queues/0.events-call/add'],
  ['PATCH', '/queues/api/queues/0.events-call/1/update-data'],
  ['PUT', '/%71ueues/api/queues/pause'],
  ['DELETE', '/queues/anything'],
  ['POST', '/queues'],
])('%s %s is refused', async (method, path) => {
  const response = await ask(console, path, { method, headers: { ...headers, accept: 'application/json' } });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

test('viewing writes nothing to a queue', async () => {
  await using fresh = await startConsole();
  const session = await logIn(fresh);
  await ask(fresh, '/queues/api/queues?activeQueue=events-call', { headers: session });
  // But for the report that the console runs.
  expect((await fresh.redis.redis.keys('{p*')).filter((key) => !key.includes(':process'))).toEqual([]);
});
