import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  ArchiveFencedError,
  claimArchive,
  dropErasures,
  type Erasure,
  readArchiveBacklog,
  readErasures,
  releaseArchive,
} from '@fanfare/ledger';
import type { Metrics } from '@fanfare/runtime';
import { type BackoffTimes, Outage } from './outage.ts';
import type { ArchiveSink } from './sink.ts';
import { type BatchDeps, dropLost, writeBatch } from './write-batch.ts';

/** How long the lock lasts after the last renewal, and how often it is renewed. */
const LOCK_MS = 30_000;
const RENEW_MS = 5000;

/** How long closing waits for the batch in hand. */
const GRACE_MS = 5000;

/** Erasures done between two batches. */
const ERASURES = 20;

/** The lag from which an operator should look. */
const LATE_MS = 15 * 60_000;

export interface ArchiverDeps extends BatchDeps {
  shards: number;
  /** Opens the sink for the archiver with this number. */
  open(fence: number): Promise<ArchiveSink>;
  metrics: Pick<Metrics, 'archived' | 'archiveLost' | 'archiveLagSeconds' | 'archiveWaiting'>;
  now(): number;
}

/** How often an archiver looks for work, and how long it pauses after failures, at first and at most. */
export interface ArchiverTimes extends BackoffTimes {
  idleMs: number;
}

export const ARCHIVER_TIMES: ArchiverTimes = { idleMs: 1000, backoffMs: 1000, longestBackoffMs: 60_000 };

/** A running archiver. */
export interface Archiver {
  /** Whether the archive works, for readiness. */
  check(): { ok: boolean; detail: string };
  /** Stops after the batch in hand. */
  close(): Promise<void>;
}

/**
 * Starts to archive what has finished, in a loop of its own, whenever no other process does. At least once: what was
 * written without being taken off the list is written again.
 */
export function startArchiver(deps: ArchiverDeps, times: ArchiverTimes = ARCHIVER_TIMES): Archiver {
  const loop = new ArchiveLoop(deps, times);
  const done = loop.run();
  return {
    check: () => loop.check(),
    close: async () => {
      loop.stop();
      // Without Redis or the sink a batch may not end; abandoning it is harmless.
      await Promise.race([done, setTimeout(GRACE_MS, undefined, { ref: false })]);
    },
  };
}

class ArchiveLoop {
  readonly #deps: ArchiverDeps;
  readonly #times: ArchiverTimes;
  readonly #token = randomUUID();
  readonly #stopping = new AbortController();
  #open: { fence: number; sink: ArchiveSink } | undefined;
  /** Where the next walk for lost events begins in the list of a shard. */
  readonly #walked = new Map<number, number>();
  readonly #outage: Outage;
  /** Erasing fails on its own: what cannot be erased does not keep other events from being archived. */
  readonly #erasing: Outage;
  #eraseAt = 0;
  #lagMs = 0;

  constructor(deps: ArchiverDeps, times: ArchiverTimes) {
    this.#deps = deps;
    this.#times = times;
    this.#outage = new Outage(deps.log, { down: 'archive.down', up: 'archive.up' }, times);
    this.#erasing = new Outage(deps.log, { down: 'archive.not_erased', up: 'archive.erases' }, times);
  }

  stop(): void {
    this.#stopping.abort();
  }

  check(): { ok: boolean; detail: string } {
    const lag = `${Math.round(this.#lagMs / 1000)} s behind`;
    if (this.#outage.reason !== undefined) return { ok: false, detail: `${this.#outage.reason}, ${lag}` };
    if (this.#erasing.reason !== undefined) return { ok: false, detail: `not erased: ${this.#erasing.reason}, ${lag}` };
    return { ok: this.#lagMs < LATE_MS, detail: lag };
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const more = await this.#turn();
      const pauseMs = this.#outage.pauseMs || this.#times.idleMs;
      if (!more) await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    await this.#closeSink();
    await releaseArchive(this.#deps.redis, this.#token).catch(() => undefined);
  }

  /** One turn; true when there is more to do at once. */
  async #turn(): Promise<boolean> {
    const { shards } = this.#deps;
    let fence: number | undefined;
    const renewal = setInterval(() => void this.#claim().catch(() => undefined), RENEW_MS);
    try {
      await this.#measure();
      fence = await this.#claim();
      if (fence === undefined) {
        await this.#closeSink();
        this.#outage.works();
        return false;
      }
      const more = await this.#work(fence);
      this.#outage.works();
      return more;
    } catch (error) {
      await this.#closeSink();
      // Expected when this process stalled. While it still holds the lock, the sink has a writer from elsewhere.
      const isReplaced = error instanceof ArchiveFencedError && (await this.#claim().catch(() => undefined)) !== fence;
      if (isReplaced) return false;
      this.#outage.fails(error);
      if (fence === undefined) return false;
      for (let shard = 0; shard < shards; shard++) {
        const from = this.#walked.get(shard) ?? 0;
        this.#walked.set(shard, await dropLost(this.#deps, fence, shard, { from }).catch(() => from));
      }
      return false;
    } finally {
      clearInterval(renewal);
    }
  }

  #claim(): Promise<number | undefined> {
    const { redis, shards } = this.#deps;
    return claimArchive(redis, shards, { token: this.#token, ttlMs: LOCK_MS });
  }

  async #work(fence: number): Promise<boolean> {
    const { shards, now } = this.#deps;
    const sink = await this.#sink(fence);
    let more = await this.#erase(sink);
    for (let shard = 0; shard < shards && !this.#stopping.signal.aborted; shard++) {
      more = (await writeBatch(this.#deps, sink, fence, shard)) || more;
    }
    return (await sink.tidy(now())) || more;
  }

  /** Erases what is due, and reports a failure instead of ending the turn. Returns whether there may be more. */
  async #erase(sink: ArchiveSink): Promise<boolean> {
    const { redis, now } = this.#deps;
    if (now() < this.#eraseAt) return false;
    try {
      const due = await this.#due();
      if (due.length > 0) {
        await sink.erase(due);
        await dropErasures(redis, due);
      }
      this.#erasing.works();
      return due.length > 0;
    } catch (error) {
      if (error instanceof ArchiveFencedError) throw error;
      this.#erasing.fails(error);
      this.#eraseAt = now() + this.#erasing.pauseMs;
      return false;
    }
  }

  /** The next erasures. An app that still exists is being deleted: its events are archived until it is gone. */
  async #due(): Promise<Erasure[]> {
    const { redis, createdAt } = this.#deps;
    const due: Erasure[] = [];
    let from = 0;
    while (due.length < ERASURES) {
      const erasures = await readErasures(redis, ERASURES, from);
      const isLive = await Promise.all(
        erasures.map(async ({ appId, uid }) => !uid && (await createdAt(appId)) !== undefined),
      );
      due.push(...erasures.filter((_, i) => !isLive[i]));
      from += erasures.length;
      if (erasures.length < ERASURES) break;
    }
    return due;
  }

  async #sink(fence: number): Promise<ArchiveSink> {
    if (this.#open && this.#open.fence !== fence) await this.#closeSink();
    this.#open ??= { fence, sink: await this.#deps.open(fence) };
    return this.#open.sink;
  }

  async #closeSink(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.sink.close().catch(() => undefined);
  }

  async #measure(): Promise<void> {
    const { redis, shards, metrics, now } = this.#deps;
    const { events, since } = await readArchiveBacklog(redis, shards);
    this.#lagMs = since === undefined ? 0 : Math.max(0, now() - since);
    metrics.archiveLagSeconds.set(this.#lagMs / 1000);
    metrics.archiveWaiting.set(events);
  }
}
