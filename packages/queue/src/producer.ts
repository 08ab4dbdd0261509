import { type Lane, type ProviderKind, packId } from '@fanfare/core';
import { commandEach, shardTag } from '@fanfare/redis';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { addJobs, type Common, type JobToAdd } from './add-jobs.ts';
import { DELIVERY_JOB, deliveryOptions, EVENT_JOB, EVENT_OPTIONS } from './job-options.ts';
import { type DeliveryJob, encodeDeliveryJob, encodeEventJob } from './jobs.ts';
import { type QueueKind, queueKeys, queueName } from './names.ts';

/** Jobs per round trip: larger batches block Redis and build one huge write. */
const BATCH = 500;

/** Jobs sampled for the age of the oldest: of those with a rank, and of those delayed. */
const SAMPLE = 100;

/** A job of `events` to add. */
export interface NewEventJob {
  /** The event's key. */
  key: string;
  /** Its place in the queue: the lowest goes first, one without before all with a rank. From 1. */
  rank?: number | undefined;
}

/** A job of `deliveries-*` to add. */
export interface NewDeliveryJob extends DeliveryJob {
  /** As that of an event. */
  rank?: number | undefined;
  /** How long it waits first, in ms. */
  delayMs?: number | undefined;
}

/** Jobs of one queue that a script adds (see `ADD_LUA`). */
export interface PreparedJobs {
  provider: ProviderKind;
  /** BullMQ's options as JSON. */
  options: string;
  jobs: readonly { id: string; data: string; count: number }[];
}

/** What is known about a job by its id. */
export type JobPresence = 'present' | 'missing' | 'failed';

/** Adds jobs to queues. Every id is the identity of the work: adding twice is adding once. */
export class Producer {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #queues = new Map<string, Queue>();

  /** The connection stays the caller's to close; `now` (epoch ms) is when a job is added. */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Adds jobs to expand events of one lane and shard. Throws like `addDeliveries`. */
  async addEvents(shard: number, lane: Lane, events: readonly NewEventJob[]): Promise<void> {
    for (const batch of batchesOf(events)) {
      const jobs = batch.map(({ key, rank }) => ({
        id: key,
        data: JSON.stringify(encodeEventJob({ eventKey: key })),
        rank,
      }));
      await this.#add('events', lane, shard, { name: EVENT_JOB, options: EVENT_OPTIONS }, jobs);
    }
  }

  /**
   * Adds deliveries of one provider and lane, in batches that are added whole or not at all. Returns those whose job
   * exists already.
   * @param fence called before each batch; what it throws ends the adding.
   * @throws when Redis takes no writes; adding all of them again later is safe.
   */
  async addDeliveries(
    shard: number,
    provider: ProviderKind,
    lane: Lane,
    deliveries: readonly NewDeliveryJob[],
    fence: () => void = () => undefined,
  ): Promise<NewDeliveryJob[]> {
    const present: NewDeliveryJob[] = [];
    const common = { name: DELIVERY_JOB, options: deliveryOptions(lane, provider) };
    for (const batch of batchesOf(deliveries)) {
      const jobs = batch.map(({ delayMs, rank, ...job }) => ({ ...preparedJob(job), delayMs, rank }));
      fence();
      const existing = new Set(await this.#add(`deliveries-${provider}`, lane, shard, common, jobs));
      if (existing.size > 0) present.push(...batch.filter((_, i) => existing.has(jobs[i]?.id ?? '')));
    }
    return present;
  }

  /** Jobs of deliveries, for a script that adds them together with the plan of their slice. */
  prepareDeliveries(
    shard: number,
    provider: ProviderKind,
    lane: Lane,
    deliveries: readonly DeliveryJob[],
  ): PreparedJobs {
    this.#queue(`deliveries-${provider}`, lane, shard);
    return { provider, options: deliveryOptions(lane, provider), jobs: deliveries.map(preparedJob) };
  }

  /** Whether these deliveries' jobs exist; one in the failed set (a bug threw) counts as `failed`. */
  async presence(kind: QueueKind, lane: Lane, shard: number, ids: readonly string[]): Promise<JobPresence[]> {
    const queue = this.#queue(kind, lane, shard);
    const answers = await commandEach(this.#redis, ids, (redis, id) =>
      redis.hmget(queue.toKey(id), 'timestamp', 'finishedOn'),
    );
    return answers.map((fields) => {
      const [timestamp, finishedOn] = fields as [string | null, string | null];
      if (timestamp === null) return 'missing';
      return finishedOn === null ? 'present' : 'failed';
    });
  }

  /** Removes a job, so that its id is free again. An active job cannot be removed and stays. */
  async remove(kind: QueueKind, lane: Lane, shard: number, id: string): Promise<void> {
    await this.#queue(kind, lane, shard).remove(id);
  }

  /**
   * How many jobs wait, are delayed and are active, and how long the oldest has waited since it was added or last
   * postponed (ms; 0 when none waits). Of those with a rank it looks at several: the next may belong to an app that has
   * just begun, but the first job of every app that waits is near.
   */
  async depth(kind: QueueKind, lane: Lane, shard: number, now: number): Promise<QueueDepth> {
    const queue = this.#queue(kind, lane, shard);
    const [unranked, ranked, delayed, active, first, firstRanked] = await Promise.all([
      this.#redis.llen(queue.toKey('wait')),
      this.#redis.zcard(queue.toKey('prioritized')),
      this.#redis.zcard(queue.toKey('delayed')),
      this.#redis.llen(queue.toKey('active')),
      this.#redis.lindex(queue.toKey('wait'), -1),
      this.#redis.zrange(queue.toKey('prioritized'), '0', String(SAMPLE - 1)),
    ]);
    const sample = first ? [first, ...firstRanked] : firstRanked;
    return {
      waiting: unranked + ranked,
      delayed,
      active,
      oldestMs: await this.#oldestWaiting(queue, sample, now),
      oldestDelayedMs: delayed > 0 ? await this.#oldestDelayed(queue, now) : 0,
    };
  }

  async #oldestWaiting(queue: Queue, ids: readonly string[], now: number): Promise<number> {
    const all = (await commandEach(this.#redis, ids, (commands, id) =>
      commands.hmget(queue.toKey(id), 'timestamp', 'processedOn'),
    )) as (string | null)[][];
    const since = all.map((times) => Math.max(0, ...times.map(Number)));
    return Math.max(0, ...since.map((time) => (time > 0 ? now - time : 0)));
  }

  /** Among the delayed jobs due next, since their order does not reflect their age. */
  async #oldestDelayed(queue: Queue, now: number): Promise<number> {
    const ids = await this.#redis.zrange(queue.toKey('delayed'), '0', String(SAMPLE - 1));
    const added = await commandEach(this.#redis, ids, (commands, id) => commands.hget(queue.toKey(id), 'timestamp'));
    return Math.max(0, ...added.map((timestamp) => (timestamp === null ? 0 : now - Number(timestamp))));
  }

  /** The same for a lane, over all shards. */
  async laneDepth(kind: QueueKind, lane: Lane, shards: number, now: number): Promise<QueueDepth> {
    return sumDepths(
      await Promise.all(Array.from({ length: shards }, (_, shard) => this.depth(kind, lane, shard, now))),
    );
  }

  /** Closes the queues; the connection stays open. */
  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  async #add(
    kind: QueueKind,
    lane: Lane,
    shard: number,
    common: Omit<Common, 'now'>,
    jobs: readonly JobToAdd[],
  ): Promise<string[]> {
    // BullMQ's object writes the settings of the queue when it is made.
    this.#queue(kind, lane, shard);
    return addJobs(this.#redis, queueKeys(kind, lane, shard), { ...common, now: Math.round(this.#now()) }, jobs);
  }

  #queue(kind: QueueKind, lane: Lane, shard: number): Queue {
    const name = queueName(kind, lane);
    const id = `${shard}:${name}`;
    const known = this.#queues.get(id);
    if (known) return known;
    const queue = new Queue(name, {
      connection: this.#redis,
      prefix: shardTag(shard),
      // Commands fail by themselves when Redis is away; waiting for it would block the caller.
      skipWaitingForReady: true,
      // The events stream cannot be switched off, and is not used.
      streams: { events: { maxLen: 100 } },
    });
    // A queue object reports connection errors here as well as to the caller; the caller's suffice.
    queue.on('error', () => undefined);
    this.#queues.set(id, queue);
    return queue;
  }
}

const preparedJob = (job: DeliveryJob) => ({
  id: packId(job.eventKey, job.ordinal, job.count ?? 1),
  data: JSON.stringify(encodeDeliveryJob(job)),
  count: job.count ?? 1,
});

/** The state of one queue at a moment. */
export interface QueueDepth {
  waiting: number;
  delayed: number;
  active: number;
  oldestMs: number;
  /** How long ago the oldest of the delayed jobs was added (ms), from a sample; 0 when none is delayed. */
  oldestDelayedMs: number;
}

/** Several queues combined into one. */
export const sumDepths = (depths: readonly QueueDepth[]): QueueDepth => ({
  waiting: depths.reduce((jobs, { waiting }) => jobs + waiting, 0),
  delayed: depths.reduce((jobs, { delayed }) => jobs + delayed, 0),
  active: depths.reduce((jobs, { active }) => jobs + active, 0),
  oldestMs: Math.max(0, ...depths.map(({ oldestMs }) => oldestMs)),
  oldestDelayedMs: Math.max(0, ...depths.map(({ oldestDelayedMs }) => oldestDelayedMs)),
});

function* batchesOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += BATCH) yield all.slice(from, from + BATCH);
}
