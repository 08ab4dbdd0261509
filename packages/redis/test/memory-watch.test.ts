import { handClock, startTestRedis, until } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { connectRedis, MemoryWatch } from '../src/index.ts';

describe('watching the memory', () => {
  const limit = (redis: Redis, bytes: number) => redis.config('SET', 'maxmemory', bytes);

  test('returns the used share of the limit, slightly over 1 when full', async () => {
    await using own = await startTestRedis();
    const fullness = () => new MemoryWatch(own.redis, () => 0).fullness();
    const used = Number(/used_memory:(\d+)/.exec(await own.redis.info('memory'))?.[1]);
    await limit(own.redis, used * 10);
    expect(await fullness()).toBeCloseTo(0.1, 1);
    await limit(own.redis, used * 2);
    expect(await fullness()).toBeCloseTo(0.5, 1);
    await limit(own.redis, used / 2);
    expect(await fullness()).toBeGreaterThan(1);
  });

  test('returns 0 without a limit', async () => {
    await using own = await startTestRedis();
    expect(await new MemoryWatch(own.redis, () => 0).fullness()).toBe(0);
  });

  test('asks the server at most once a second, however often it is called', async () => {
    await using own = await startTestRedis();
    await own.redis.config('RESETSTAT');
    const clock = handClock(1_741_847_453_000);
    const watch = new MemoryWatch(own.redis, clock.now);
    expect(await Promise.all([watch.fullness(), watch.fullness()])).toEqual([0, 0]);
    await limit(own.redis, 1000);
    clock.advance(999);
    expect(await watch.fullness()).toBe(0);
    clock.advance(1);
    expect(await watch.fullness()).toBeGreaterThan(1);
    expect(await own.redis.info('commandstats')).toMatch(/cmdstat_info:calls=2,/);
  });

  test('does not cache that the server was down', async () => {
    await using own = await startTestRedis();
    const redis = await connectRedis(own.url, 'request', () => {});
    const watch = new MemoryWatch(redis, () => 0);
    await own.server.stop();
    await expect(watch.fullness()).rejects.toThrow();
    await own.server.start();
    await until(() => redis.ping(), 'the connection has recovered');
    expect(await watch.fullness()).toBe(0);
    redis.disconnect();
  });
});
