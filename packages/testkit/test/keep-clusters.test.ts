import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { keepClusters, startClusterAsServer } from '../src/index.ts';

test('a kept cluster is empty for the next test, and stopped once its configuration was changed', async () => {
  const end = keepClusters();
  const first = await startClusterAsServer();
  await Promise.all(['a', 'b', 'c', 'd'].map((key) => first.redis.set(key, 1)));
  await first[Symbol.asyncDispose]();
  const second = await startClusterAsServer();
  expect(second.url).toBe(first.url);
  expect(await second.redis.dbsize()).toBe(0);
  await second.redis.config('SET', 'maxmemory', '100mb');
  await second[Symbol.asyncDispose]();
  const [node = ''] = second.url.split(',');
  const late = new Redis(node, { retryStrategy: null, maxRetriesPerRequest: 0 });
  await expect(late.on('error', () => {}).ping()).rejects.toThrow();
  await end();
});
