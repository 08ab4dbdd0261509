import { duplicateRedis, inBatches, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import type { HeldLock, HeldLocks } from './held-locks.ts';

/** How often the locks are looked at; each is renewed when a third of its time has passed. */
const EVERY_MS = 500;
const RENEWED_AFTER = 1 / 3;

/** A renewal without an answer after this has failed, ms: sooner than the shortest lock expires. */
const ANSWER_MS = 2000;

/** What BullMQ's `extendLocks` does, for the jobs of several queues. */
const EXTEND = script<number[]>(`
-- KEYS per job: its lock, its queue's set of stalled jobs
-- ARGV per job: token, id, duration
-- returns the numbers of the jobs whose lock is lost, from 1
local lost = {}
for i = 1, #KEYS / 2 do
  local token = ARGV[3 * i - 2]
  if redis.call('GET', KEYS[2 * i - 1]) == token then
    redis.call('SET', KEYS[2 * i - 1], token, 'PX', ARGV[3 * i])
    redis.call('SREM', KEYS[2 * i], ARGV[3 * i - 1])
  else
    lost[#lost + 1] = i
  end
end
return lost
`);

/**
 * Renews the locks of all jobs in hand of a process, on a connection of its own: a long pipeline on the connection of
 * the workers must not cost them their jobs. One script renews all locks of a shard.
 */
export class LockRenewal {
  readonly #redis: Redis;
  readonly #onError: (error: Error) => void;
  readonly #shards = new Map<number, Set<HeldLocks>>();
  readonly #timer: NodeJS.Timeout;
  #isRunning = false;

  /** Duplicates the workers' connection. `onError`: a renewal failed; it is tried again. */
  constructor(workers: Redis, onError: (error: Error) => void) {
    this.#onError = onError;
    this.#redis = duplicateRedis(workers, {
      socketTimeout: ANSWER_MS,
      commandTimeout: ANSWER_MS,
      maxRetriesPerRequest: 0,
    });
    // What fails is reported by the renewal; the connection comes back by itself.
    this.#redis.on('error', () => undefined);
    this.#timer = setInterval(() => void this.#run(), EVERY_MS);
  }

  /** Renews the locks of these jobs of a shard as well. */
  include(shard: number, locks: HeldLocks): void {
    const known = this.#shards.get(shard);
    if (known) known.add(locks);
    else this.#shards.set(shard, new Set([locks]));
  }

  /** No longer renews the locks of these jobs. */
  exclude(shard: number, locks: HeldLocks): void {
    this.#shards.get(shard)?.delete(locks);
  }

  /** Ends the renewal, with the workers. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#redis.quit().catch(() => this.#redis.disconnect());
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      await Promise.all([...this.#shards.values()].map((all) => this.#renew([...all])));
    } catch (error) {
      this.#onError(error as Error);
    } finally {
      this.#isRunning = false;
    }
  }

  async #renew(all: readonly HeldLocks[]): Promise<void> {
    const now = performance.now();
    const due = all.flatMap((locks) =>
      locks.olderThan(now - locks.durationMs * RENEWED_AFTER).map((lock) => ({ locks, lock })),
    );
    for (const batch of inBatches(due)) {
      const lost = await this.#extend(batch);
      const isLost = new Set(lost.map((number) => batch[number - 1]?.lock));
      // From before the request: the locks were extended at some time after it.
      for (const { lock } of batch) if (!isLost.has(lock)) lock.since = now;
      for (const locks of all) {
        locks.lose(batch.flatMap((each) => (each.locks === locks && isLost.has(each.lock) ? [each.lock] : [])));
      }
    }
  }

  #extend(batch: readonly { locks: HeldLocks; lock: HeldLock }[]): Promise<number[]> {
    return EXTEND(
      this.#redis,
      batch.flatMap(({ lock }) => [lock.lockKey, lock.stalledKey]),
      batch.flatMap(({ locks, lock }) => [lock.token, lock.id, locks.durationMs]),
    );
  }
}
