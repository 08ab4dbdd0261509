import type { Lane } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';
import { createRedisBackend, DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { Afterwards } from './afterwards.ts';
import { UNBOUNDED_ATTEMPTS } from './backoff.ts';
import { Finisher } from './finish-jobs.ts';
import { HeldLocks } from './held-locks.ts';
import { JobLimit } from './job-limit.ts';
import { type QueueKind, queueKeys, queueName } from './names.ts';
import type { Step } from './next-step.ts';
import { PromptWorker } from './prompt-worker.ts';
import type { SharedByWorkers } from './shared.ts';
import { Taker } from './taker.ts';

/** An active job. */
export interface JobInHand<Data> {
  id: string;
  data: Data;
  /** Attempts spent before this one. */
  attemptsMade: number;
  /** Whether it was started before: by a worker that died, or before a wait. Its work may already be done. */
  startedBefore: boolean;
  /** Whether a worker lost it before: that worker's actions are not recorded. */
  lostBefore: boolean;
  /** When it was added, epoch ms. */
  addedAt: number;
  /** This worker's lock, for fencing. */
  lock: { key: string; token: string };
  /**
   * Whether the lock is certainly still ours: it was taken or renewed less than its duration ago. A process suspended
   * for longer has lost it before it is notified.
   */
  holdsLock(): boolean;
  /**
   * Says that it only waits for something slow from now on: the worker may have another job in hand meanwhile. Has no
   * effect without `sizeOf`.
   */
  giveWay(): void;
  /** Says whose it is: while several apps have jobs, `beside` limits those in hand. Has no effect without `sizeOf`. */
  isOf(appId: string): void;
  /** Says that it only waits for answers until the result is called: it takes none of this process's time. */
  awaits(): () => void;
  /** Aborted when the lock is lost or the worker is forced to close: stop at the next safe point. */
  signal: AbortSignal;
}

export interface WorkOptions<Data> {
  /** Must have `maxRetriesPerRequest: null`; stays the caller's to close. */
  redis: Redis;
  shared: SharedByWorkers;
  kind: QueueKind;
  lane: Lane;
  shard: number;
  /** Jobs in hand at a time; with `sizeOf`, about what they contain together. */
  concurrency: number;
  /** The same while several apps have jobs; what only waits for answers does not count. Needs `sizeOf`. */
  beside?: number;
  /** What a job contains. */
  sizeOf?: (data: Data) => number;
  schema: z.ZodType<Data>;
  handle(job: JobInHand<Data>): Promise<Step>;
  /** Called with errors outside of any one job, and with every exception a handler threw (a bug). */
  onError(error: Error, jobId?: string): void;
}

/** A running worker. */
export interface Work {
  /** Stops taking jobs and waits for active ones, at most `graceMs`; another worker takes over the rest. */
  close(graceMs: number): Promise<void>;
}

/**
 * How soon a dead worker's jobs are taken over: its lock expires, and the next check finds it. Calls cannot wait; the
 * others prefer fewer writes. (Measured: take-over happens within lock + interval.)
 */
const LOCKS: Record<Lane, { lockDuration: number; stalledInterval: number }> = {
  call: { lockDuration: 5000, stalledInterval: 2000 },
  chat: { lockDuration: 10_000, stalledInterval: 5000 },
  bulk: { lockDuration: 15_000, stalledInterval: 5000 },
};

/** A job may lose its worker this often before it counts as failed: rolling deploys must not use it up. */
const MAX_STALLED = 1000;

/** How long failed jobs are kept: they are bugs, for inspection, until the sweeper removes them. */
const RETENTION = { removeOnFail: { age: 7 * 24 * 3600, count: 5000 } };

/** How long a worker pauses after Redis refused a write for lack of memory; it would spin otherwise. */
const OOM_REST_MS = 3000;

/** For a job with a field that this version does not know: a newer worker will understand it. */
const LEFT_TO_NEWER: Step = { do: 'wait', delayMs: 10_000 };

const NOTHING = (): void => undefined;

/** Wait after a bug threw. */
const AFTER_BUG_MS = 1000;

/** How often a bug may throw in a job with unlimited attempts before it stays in the failed set. */
const BUG_ATTEMPTS = 4;

/**
 * Thrown to BullMQ so that it spends an attempt and calls the backoff strategy, which finds the delay in here. Has no
 * stack: BullMQ would store it with the job, and it contains no information.
 */
class RetryLater extends Error {
  override name = 'RetryLater';
  override stack = '';
  readonly delayMs: number;
  constructor(delayMs: number) {
    super('retry');
    this.delayMs = delayMs;
  }
}

/** Takes jobs of one lane and shard, parses them, passes them to the handler, and applies the step it returns. */
export function work<Data>(options: WorkOptions<Data>): Work {
  const { redis, shared, kind, lane, shard, concurrency, beside = concurrency, sizeOf, onError } = options;
  const queue = queueKeys(kind, lane, shard);
  const locks = new HeldLocks({
    toKey: (id) => queue + id,
    durationMs: LOCKS[lane].lockDuration,
    onLost: (ids) => {
      for (const id of ids) worker.cancelJob(id, 'lock lost');
      for (const id of ids) onError(new Error(`could not renew lock for job ${id}`));
    },
  });
  shared.renewal.include(shard, locks);
  const afterwards = new Afterwards(onError);
  // Jobs of the bulk lane are large, so it begins with two.
  const limit =
    sizeOf &&
    new JobLimit(
      { alone: concurrency, beside, leastJobs: 2 },
      shared.apps,
      lane === 'bulk' ? concurrency / 2 : 1,
      (jobs) => worker.limitTo(jobs),
    );
  const worker: PromptWorker = new PromptWorker(
    queueName(kind, lane),
    (job, token, signal) =>
      locks.hold(String(job.id), token ?? '', () =>
        run({ ...options, limit, afterwards }, worker, locks, job, token, signal),
      ),
    {
      taker: new Taker(redis, queue, locks),
      finisher: new Finisher(redis, queue),
      connection: redis,
      prefix: shardTag(shard),
      concurrency: limit?.jobs ?? concurrency,
      ...LOCKS[lane],
      skipLockRenewal: true,
      ...RETENTION,
      maxStalledCount: MAX_STALLED,
      runRetryDelay: 1000,
      drainDelay: 5,
      settings: {
        backoffStrategy: (_attempts, _type, error) => (error instanceof RetryLater ? error.delayMs : AFTER_BUG_MS),
      },
    },
    shared.poll?.backend ?? createRedisBackend,
  );
  worker.on('error', (error) => {
    onError(error);
    if (error.message.startsWith('OOM')) rest(worker);
  });
  worker.on('completed', (job) => afterwards.run(job));
  worker.on('failed', (job, error) => {
    if (!(error instanceof RetryLater)) onError(error, job?.id);
  });
  return {
    close: async (graceMs) => {
      await closeWithin(worker, locks, afterwards, graceMs);
      shared.renewal.exclude(shard, locks);
    },
  };
}

async function run<Data>(
  {
    schema,
    handle,
    sizeOf,
    limit,
    afterwards,
  }: WorkOptions<Data> & { limit: JobLimit | undefined; afterwards: Afterwards },
  worker: PromptWorker,
  locks: HeldLocks,
  job: Job,
  token = '',
  signal = new AbortController().signal,
): Promise<void> {
  const parsed = schema.safeParse(job.data);
  const isNewer = parsed.error?.issues.every(({ code }) => code === 'unrecognized_keys');
  if (!parsed.success && !isNewer) throw new UnrecoverableError(`job ${job.id} is not of this queue's shape`);
  if (parsed.success && sizeOf) limit?.see(sizeOf(parsed.data));
  const id = String(job.id);
  let back: (() => void) | undefined;
  const step = !parsed.success
    ? LEFT_TO_NEWER
    : await handled(job, handle, {
        id,
        data: parsed.data,
        attemptsMade: job.attemptsMade,
        startedBefore: job.attemptsStarted > 1,
        lostBefore: job.stalledCounter > 0,
        addedAt: job.timestamp,
        lock: { key: `${worker.toKey(id)}:lock`, token },
        holdsLock: () => !signal.aborted && locks.isLive(id, token),
        giveWay: () => {
          back ??= limit?.setAside();
        },
        isOf: (appId) => limit?.seeApp(appId),
        awaits: () => limit?.wait() ?? NOTHING,
        signal,
      }).finally(() => back?.());
  if (step.do === 'done') {
    if (step.afterwards) afterwards.add(job, step.afterwards);
    return;
  }
  if (step.do === 'retry') throw new RetryLater(step.delayMs);
  await job.moveToDelayed(Date.now() + step.delayMs, token);
  throw new DelayedError();
}

/** The handler's step. When a bug has thrown too often, the attempt is the job's last, even with unlimited retries. */
async function handled<Data>(job: Job, handle: WorkOptions<Data>['handle'], inHand: JobInHand<Data>): Promise<Step> {
  try {
    return await handle(inHand);
  } catch (error) {
    const isLast = inHand.attemptsMade + 1 >= BUG_ATTEMPTS && (job.opts.attempts ?? 1) >= UNBOUNDED_ATTEMPTS;
    if (!isLast || !(error instanceof Error)) throw error;
    const last = new UnrecoverableError(error.message);
    if (error.stack !== undefined) last.stack = error.stack;
    throw last;
  }
}

/** Pauses a worker for a while; one that is closed meanwhile stays closed. */
function rest(worker: Worker): void {
  if (worker.isPaused()) return;
  void worker.pause(true);
  setTimeout(() => worker.closing || void worker.resume(), OOM_REST_MS).unref();
}

async function closeWithin(
  worker: PromptWorker,
  locks: HeldLocks,
  afterwards: Afterwards,
  graceMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), graceMs);
  });
  const ended = await Promise.race([worker.close().then(() => afterwards.ended()), late]);
  clearTimeout(timer);
  if (ended !== 'late') return;
  locks.abandon();
  await worker.abandon();
}
