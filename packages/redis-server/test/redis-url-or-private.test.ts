import { expect, test } from '@jest/globals';
import { redisUrlOrPrivate } from '../src/index.ts';
import { ask } from './ask.ts';

test('REDIS_URL takes precedence, and its server is left alone', async () => {
  await using redis = await redisUrlOrPrivate({ REDIS_URL: 'redis://elsewhere:6379' });
  expect(redis.url).toBe('redis://elsewhere:6379');
  expect(redis.server).toBeUndefined();
});

test.each([[{}], [{ REDIS_URL: ' ' }]])('with %j a private server is started, and disposing stops it', async (env) => {
  const redis = await redisUrlOrPrivate(env);
  expect(await ask(redis, 'PING')).toEqual(['PONG']);
  await redis[Symbol.asyncDispose]();
  await expect(ask(redis, 'PING')).rejects.toThrow('ENOENT');
});
