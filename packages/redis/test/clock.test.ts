import { createLogger, createMetrics } from '@fanfare/runtime';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { startClock } from '../src/index.ts';

/** A clock on a machine with a wrong clock, the lines of its log, and the value of its metric. */
async function clockOn(redis: Redis, local: () => number) {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => lines.push(line) } });
  const metrics = createMetrics();
  const clock = await startClock({ redis, local, log, metrics });
  const shown = async () => Number(/^fanfare_clock_offset_seconds (\S+)$/m.exec((await metrics.render()).body)?.[1]);
  return { clock, lines, shown, [Symbol.dispose]: () => clock.close() };
}

test.each([
  ['ahead', 60_000],
  ['behind', -60_000],
])('a machine a minute %s uses the time of Redis, and says so', async (_, skewMs) => {
  await using own = await startTestRedis();
  using skewed = await clockOn(own.redis, () => Date.now() + skewMs);
  expect(Math.abs(skewed.clock.now() - Date.now())).toBeLessThan(2000);
  expect(Number.isInteger(skewed.clock.now())).toBe(true);
  expect(skewed.lines.join()).toContain('clock.off');
  expect(Math.round(await skewed.shown())).toBe(-skewMs / 1000);
});

test('a machine with a correct clock is left alone', async () => {
  await using own = await startTestRedis();
  using right = await clockOn(own.redis, Date.now);
  expect(right.lines).toEqual([]);
  expect(Math.abs(await right.shown())).toBeLessThan(2);
});

test('a clock that is set while the process runs is measured again at once', async () => {
  await using own = await startTestRedis();
  let skewMs = 0;
  using moved = await clockOn(own.redis, () => Date.now() + skewMs);
  skewMs = 60_000;
  await until(() => Math.abs(moved.clock.now() - Date.now()) < 2000, 'the time is right again');
});

test('while Redis is down the local clock is used, and corrected when Redis is back', async () => {
  await using own = await startTestRedis();
  await own.server.stop();
  using early = await clockOn(own.redis, () => Date.now() + 60_000);
  expect(early.clock.now()).toBeGreaterThan(Date.now() + 50_000);
  await own.server.start();
  await until(() => Math.abs(early.clock.now() - Date.now()) < 2000, 'the time is right');
});
