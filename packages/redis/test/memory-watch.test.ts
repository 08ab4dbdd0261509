import { handClock, startTestRedis, until, usedMemory } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { connectRedis, MemoryWatch, readFullness, readMemoryGauges } from '../src/index.ts';

/** A log that keeps its lines as `level stops …`. */
function logOf() {
  const lines: string[] = [];
  const at =
    (level: string) =>
    ({ stops }: { stops: readonly string[] }) =>
      lines.push([level, ...stops].join(' '));
  return {
    lines,
    log: { info: at('info'), warn: at('warn') } as unknown as ConstructorParameters<typeof MemoryWatch>[2],
  };
}

const watchOf = (redis: Redis, now = () => 0) => new MemoryWatch(redis, now, logOf().log);

describe('watching the memory', () => {
  const limit = (redis: Redis, bytes: number) => redis.config('SET', 'maxmemory', Math.round(bytes));

  test('a server that does not tell its memory is not full', async () => {
    await using own = await startTestRedis({ oneServer: 'its user is its own' });
    await own.redis.acl('SETUSER', 'guest', 'on', '>secret', '~*', '+@all', '-info');
    const guest = new Redis(own.url, { username: 'guest', password: 'secret', enableReadyCheck: false });
    expect(await readFullness(guest)).toBe(0);
    guest.disconnect();
  });

  test('returns the used share of the limit, slightly over 1 when full', async () => {
    await using own = await startTestRedis();
    const used = await usedMemory(own.redis);
    await limit(own.redis, used * 10);
    expect(await readFullness(own.redis)).toBeCloseTo(0.1, 1);
    await limit(own.redis, used * 2);
    expect(await readFullness(own.redis)).toBeCloseTo(0.5, 1);
    await limit(own.redis, used / 2);
    expect(await readFullness(own.redis)).toBeGreaterThan(1);
  });

  test('returns 0 without a limit', async () => {
    await using own = await startTestRedis();
    expect(await watchOf(own.redis).state()).toEqual({ fullness: 0, stops: [] });
  });

  test('asks the server at most once a second, however often it is called', async () => {
    await using own = await startTestRedis({ oneServer: 'it counts the commands of one' });
    await own.redis.config('RESETSTAT');
    const clock = handClock(1_741_847_453_000);
    const watch = watchOf(own.redis, clock.now);
    expect(await Promise.all([watch.isStopped('events'), watch.isStopped('calls')])).toEqual([false, false]);
    await limit(own.redis, 1000);
    clock.advance(999);
    expect(await watch.isStopped('events')).toBe(false);
    clock.advance(1);
    expect(await watch.isStopped('events')).toBe(true);
    expect(await own.redis.info('commandstats')).toMatch(/cmdstat_info:calls=2,/);
  });

  test('asks ten times a second from 50 % on', async () => {
    await using own = await startTestRedis();
    const clock = handClock(1_741_847_453_000);
    const watch = watchOf(own.redis, clock.now);
    const used = await usedMemory(own.redis);
    await limit(own.redis, used / 0.6);
    expect(await watch.isStopped('events')).toBe(false);
    await limit(own.redis, used / 0.8);
    clock.advance(100);
    expect(await watch.isStopped('events')).toBe(true);
  });

  test('logs each change once', async () => {
    await using own = await startTestRedis({ oneServer: 'the fullest of several would count' });
    const clock = handClock(1_741_847_453_000);
    const { lines, log } = logOf();
    const watch = new MemoryWatch(own.redis, clock.now, log);
    const used = await usedMemory(own.redis);
    for (const share of [0.4, 0.72, 0.72, 0.9, 0.9, 0.4, 0.4]) {
      await limit(own.redis, used / share);
      clock.advance(1000);
      await watch.state();
    }
    expect(lines).toEqual(['warn events', 'warn events bulk chat', 'info']);
  });

  test('shows in the gauges what this process goes by, with its slack', async () => {
    await using own = await startTestRedis();
    const clock = handClock(1_741_847_453_000);
    const watch = watchOf(own.redis, clock.now);
    // Beside which what a connection takes weighs little.
    await own.redis.setbit('ballast', 200_000_000, 1);
    const used = await usedMemory(own.redis);
    const stopped = new Map<string, number>();
    const gauges = {
      redisMemoryRatio: { set: () => {}, reset: () => {} },
      memoryStopped: {
        set: ({ what }: { what: string }, value: number) => stopped.set(what, value),
        reset: () => stopped.clear(),
      },
    };
    const shown: unknown[] = [];
    for (const share of [0.695, 0.72, 0.695, 0.68]) {
      await limit(own.redis, used / share);
      clock.advance(1000);
      await readMemoryGauges(watch, gauges);
      shown.push(stopped.get('events'));
    }
    expect(shown).toEqual([0, 1, 1, 0]);
  });

  test('does not cache that the server was down', async () => {
    await using own = await startTestRedis();
    const redis = await connectRedis(own.url, 'request', () => {});
    const watch = watchOf(redis);
    await own.server.stop();
    await expect(watch.state()).rejects.toThrow();
    await own.server.start();
    await until(() => redis.ping(), 'the connection has recovered');
    expect(await watch.isStopped('events')).toBe(false);
    redis.disconnect();
  });
});
