import { setTimeout } from 'node:timers/promises';
import { type Gate, type Release, release, releaseOne } from '@fanfare/ledger';
import { DeliveryJob, type Producer } from '@fanfare/queue';
import type { Redis } from 'ioredis';

/** How often, and at what interval, it is looked whether a job that held a delivery is done. */
const TRIES = 20;
const PAUSE_MS = 50;

/** What releasing needs. */
export interface ReleaseDeps {
  redis: Redis;
  producer: Producer;
  now(): number;
}

/**
 * Releases at least `count` held deliveries, calls `announce` with their number and how many are left, and adds their
 * jobs. A crash in between leaves them to the sweeper.
 */
export async function releaseSome(
  { redis, producer, now }: ReleaseDeps,
  shard: number,
  gate: Gate,
  count: number,
  announce: (count: number, left: number) => void,
): Promise<void> {
  const { released, left } = await release(redis, shard, gate, count, now());
  announce(
    released.reduce((n, { ordinals }) => n + ordinals.length, 0),
    left,
  );
  const jobs = jobsOf(released).map(({ job }) => job);
  await add(producer, shard, gate, jobs);
}

/** Releases one held delivery, as a job of its own that is to be the trial of its gate. Returns how many are left. */
export async function releaseTrial({ redis, producer, now }: ReleaseDeps, shard: number, gate: Gate): Promise<number> {
  const { released, left } = await releaseOne(redis, shard, gate, now());
  await add(producer, shard, gate, jobsOf(released).map(alone));
  return left;
}

/** The jobs of what was released. What a newer version has held has none until the sweeper adds it from the plan. */
const jobsOf = (released: Release['released']) =>
  released.flatMap(({ ordinals: [ordinal = 0], job }) => {
    const parsed = DeliveryJob.safeParse(job).data;
    return parsed ? { job: parsed, ordinal } : [];
  });

const alone = ({ job: { count: _, ...common }, ordinal }: { job: DeliveryJob; ordinal: number }): DeliveryJob => ({
  ...common,
  ordinal,
  addedAgain: true,
});

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
    left = await producer.addDeliveries(shard, provider, lane, left);
  }
}
