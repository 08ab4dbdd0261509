import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startTestRedis } from '../src/index.ts';

test('a test has a private Redis, empty at first and removed afterwards', async () => {
  const first = await startTestRedis();
  await using second = await startTestRedis();
  await first.redis.set('mine', 1);
  expect(await second.redis.dbsize()).toBe(0);
  await first[Symbol.asyncDispose]();
  await expect(
    new Redis(first.url, { retryStrategy: null, maxRetriesPerRequest: 0 }).on('error', () => {}).ping(),
  ).rejects.toThrow();
});

test.each([
  ['a socket', {}],
  ['a port', { port: 0 }],
])('another client needs only the url, with %s', async (_, options) => {
  await using own = await startTestRedis(options);
  const client = new Redis(own.url);
  expect(await client.ping()).toBe('PONG');
  const twin = client.duplicate({ db: 1 });
  await twin.set('in', 'db 1');
  expect(await own.redis.dbsize()).toBe(0);
  client.disconnect();
  twin.disconnect();
});

test('the client survives a crash and a restart of the server, and so do its writes', async () => {
  await using own = await startTestRedis();
  await own.redis.set('kept', 'yes');
  await own.server.kill();
  await own.server.start();
  expect(await own.redis.get('kept')).toBe('yes');
});
