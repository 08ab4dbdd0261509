import { setTimeout } from 'node:timers/promises';
import { packId } from '@fanfare/core';
import { type Gate, release } from '@fanfare/ledger';
import { DeliveryJob, type Producer } from '@fanfare/queue';
import type { Redis } from 'ioredis';

/** How often, and at what interval, it is looked whether a job that held a delivery is done. */
const TRIES = 20;
const PAUSE_MS = 50;

interface ReleaseDeps {
  redis: Redis;
  producer: Producer;
  now(): number;
}

/**
 * Releases at least `count` held deliveries, calls `announce` with their number, and adds their jobs. Returns how many
 * are left. A crash in between leaves them to the sweeper.
 */
export async function releaseSome(
  { redis, producer, now }: ReleaseDeps,
  shard: number,
  gate: Gate,
  count: number,
  announce: (count: number) => void,
): Promise<number> {
  const { released, left } = await release(redis, shard, gate, count, now());
  announce(released.reduce((n, { ordinals }) => n + ordinals.length, 0));
  // What a newer version has held has no job until the sweeper adds it from the plan.
  const jobs = released.flatMap(({ job }) => DeliveryJob.safeParse(job).data ?? []);
  await add(producer, shard, gate, jobs);
  return left;
}

/**
 * Adds jobs under the ids they had. The job by which a delivery was held may not be done yet: adding one with its id
 * would do nothing, so it is waited for.
 */
async function add(
  producer: Producer,
  shard: number,
  { provider, lane }: Gate,
  jobs: readonly DeliveryJob[],
): Promise<void> {
  let left = jobs;
  for (let tries = 0; left.length > 0 && tries < TRIES; tries++) {
    if (tries > 0) await setTimeout(PAUSE_MS);
    const ids = left.map(({ eventKey, ordinal, count = 1 }) => packId(eventKey, ordinal, count));
    const presence = await producer.presence(`deliveries-${provider}`, lane, shard, ids);
    const missing = left.filter((_, i) => presence[i] === 'missing');
    await producer.addDeliveries(shard, provider, lane, missing);
    left = left.filter((_, i) => presence[i] === 'present');
  }
}
