import { shardTag } from '@fanfare/redis';
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
    queues: {
      name: string;
      displayName: string;
      readOnlyMode: boolean;
      statuses: string[];
      counts: { waiting: number };
    }[];
  };
  expect(queues).toHaveLength(4 * 3 * 2);
  expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
  const queue = queues.find(({ name }) => name === '1.deliveries-fcm-bulk');
  expect(queue).toMatchObject({ displayName: 'deliveries-fcm-bulk.1', counts: { waiting: 3 } });
  expect(queue?.statuses).toEqual(['latest', 'active', 'waiting', 'prioritized', 'failed', 'delayed']);
});

test('jobs with a rank are in the prioritized tab', async () => {
  await queueDeliveries(console, { provider: 'apns', lane: 'bulk', jobs: 3, shard: 1, rank: 7 });
  const path = '/queues/api/queues?activeQueue=1.deliveries-apns-bulk&status=prioritized';
  const { queues } = (await (await ask(console, path, { headers })).json()) as {
    queues: { name: string; statuses: string[]; counts: object; jobs: { id: string }[] }[];
  };
  const queue = queues.find(({ name }) => name === '1.deliveries-apns-bulk');
  expect(queue?.statuses).toContain('prioritized');
  expect(queue?.counts).toMatchObject({ waiting: 0, prioritized: 3 });
  const ids = ['0', '1', '2'].map((ordinal) => `e0123456789abcdef-${ordinal}`);
  expect(queue?.jobs.map(({ id }) => id).sort()).toEqual(ids);
});

test('a job leads to the page of its event, as long as that is kept', async () => {
  const { redis } = console.redis;
  const event = { id: 'm 1/2', type: 'message.read', sentAt: 1, sender: { uid: 'bob' } };
  const ev = `1 1 1 \n${JSON.stringify(event)}`;
  await redis.hset(`${shardTag(1)}:ev:e0123456789abcdef`, { at: 1, app: 'app123', lane: 'chat', ev });
  const found = await ask(console, '/jobs/1/e0123456789abcdef-2%2B7', { headers });
  expect([found.status, found.headers.get('location')]).toEqual([303, '/a/app123/events/m%201%2F2']);
  for (const path of ['/jobs/0/e0123456789abcdef', '/jobs/1/nothing', '/jobs/x/e0123456789abcdef']) {
    expect([path, (await ask(console, path, { headers })).status]).toEqual([path, 404]);
  }
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
