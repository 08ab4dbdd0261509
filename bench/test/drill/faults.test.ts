import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { untilHit } from '../../src/drill/faults/result.ts';
import { startDrillRedis } from '../../src/drill/system/redis.ts';
import { prepareSlowDisk } from '../../src/drill/system/slow-disk.ts';
import { wrongClock } from '../../src/drill/system/wrong-clock.ts';

test('a full Redis refuses writes until it is emptied, and says how many', async () => {
  await using redis = await startDrillRedis(false, {});
  const client = new Redis(redis.url);
  const before = await redis.refused();
  await redis.fill();
  // What Redis itself frees leaves room for a few.
  await until(
    () =>
      client.set('key', 'x'.repeat(100_000)).then(
        () => false,
        () => true,
      ),
    'a write is refused',
  );
  expect(await redis.refused()).toBeGreaterThan(before);
  await redis.empty();
  expect(await client.set('key', 'value')).toBe('OK');
  client.disconnect();
});

test('on a slow disk every sync of Redis is delayed, until it heals', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanfare-slow-disk-'));
  const disk = await prepareSlowDisk(folder);
  if ('missing' in disk) return expect(disk.missing).toContain('gcc');
  await using redis = await startDrillRedis(false, disk.env);
  const client = new Redis(redis.url);
  await disk.slow();
  await client.set('key', 'value');
  expect(await disk.delayed()).toBeGreaterThan(0);
  await disk.heal();
  expect(await client.set('key', 'value')).toBe('OK');
  client.disconnect();
  await rm(folder, { recursive: true });
});

const offBy = (seconds: number) => async () => {
  const env = wrongClock(seconds);
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', 'console.log(Date.now())'], { env });
  const offset = (Number(stdout) - Date.now()) / 1000;
  expect(Math.abs(offset - seconds)).toBeLessThan(30);
};

/** Without libfaketime the drill skips these faults, too. */
const withFaketime = wrongClock(60) === undefined ? test.skip : test;
withFaketime('the clock of a process is a minute ahead', offBy(60));
withFaketime('the clock of a process is a minute behind', offBy(-60));

test('a fault lasts until it has hit something, or there is nothing to hit', async () => {
  let polls = 0;
  expect(
    await untilHit(
      0,
      () => false,
      async () => Math.max(0, ++polls - 3),
    ),
  ).toBe(1);
  expect(
    await untilHit(
      0,
      () => true,
      async () => 0,
    ),
  ).toBe(0);
});
