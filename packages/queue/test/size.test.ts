import { BYTES, type Lane } from '@fanfare/core';
import { startTestRedis, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery } from './support/worker.ts';

const JOBS = 5000;

/** Bytes of Redis per delivery, in jobs of so many. */
async function bytesPerDelivery(lane: Lane, count: number): Promise<number> {
  await using own = await startTestRedis({ args: ['--appendfsync', 'no'] });
  const producer = new Producer(own.redis);
  const jobs = Array.from({ length: JOBS }, (_, n) => ({ ...delivery(n * count), count }));
  // The queue's own keys, and growth of Redis' tables, are not per delivery.
  await producer.addDeliveries(0, 'custom', lane, jobs.slice(0, JOBS / 2));
  const before = await usedMemory(own.redis);
  await producer.addDeliveries(0, 'custom', lane, jobs.slice(JOBS / 2));
  return ((await usedMemory(own.redis)) - before) / (JOBS / 2) / count;
}

/** With a margin of a quarter: an allocator and a version of Redis differ by less. */
test.each([
  ['call', 1, 'single'],
  ['chat', 1, 'single'],
  ['chat', 25, 'chat'],
  ['bulk', 100, 'bulk'],
] as const)('a queued delivery of %s, in jobs of %d, takes what docs/sizing.md says', async (lane, count, kind) => {
  const ratio = (await bytesPerDelivery(lane, count)) / BYTES.queued[kind];
  expect(ratio).toBeGreaterThan(0.75);
  expect(ratio).toBeLessThan(1.25);
});
