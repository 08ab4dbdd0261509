import { duplicateRedis, inBatches, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import type { Lease, Leases } from './leases.ts';

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
  readonly #shards = new Map<number, Set<Leases>>();
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
  include(shard: number, leases: Leases): void {
    const known = this.#shards.get(shard);
    if (known) known.add(leases);
    else this.#shards.set(shard, new Set([leases]));
  }

  /** No longer renews the locks of these jobs. */
  exclude(shard: number, leases: Leases): void {
    this.#shards.get(shard)?.delete(leases);
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

  async #renew(all: readonly Leases[]): Promise<void> {
    const now = performance.now();
    const due = all.flatMap((leases) =>
      leases.olderThan(now - leases.durationMs * RENEWED_AFTER).map((lease) => ({ leases, lease })),
    );
    for (const batch of inBatches(due)) {
      const lost = await this.#extend(batch);
      const isLost = new Set(lost.map((number) => batch[number - 1]?.lease));
      // From before the request: the locks were extended at some time after it.
      for (const { lease } of batch) if (!isLost.has(lease)) lease.since = now;
      for (const leases of all) {
        leases.lose(batch.flatMap((each) => (each.leases === leases && isLost.has(each.lease) ? [each.lease] : [])));
      }
    }
  }

  #extend(batch: readonly { leases: Leases; lease: Lease }[]): Promise<number[]> {
    return EXTEND(
      this.#redis,
      batch.flatMap(({ lease }) => [lease.lockKey, lease.stalledKey]),
      batch.flatMap(({ leases, lease }) => [lease.token, lease.id, leases.durationMs]),
    );
  }
}
