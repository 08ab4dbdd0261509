import { FanfareError, LANES } from '@fanfare/core';
import { sumDepths } from '@fanfare/queue';
import type { IngestDeps } from '../deps.ts';

/** Share of Redis memory above which nothing is accepted; the rest is reserved for processing the backlog. */
const MEMORY_LIMIT = 0.8;

/** How many events may wait to be expanded, and how old the oldest may be. */
const BACKLOG_LIMIT = 100_000;
const BACKLOG_AGE_LIMIT_MS = 15 * 60_000;

/** How long a reading of the backlog is cached. */
const FRESH_MS = 1000;

/** Seconds after which a rejected caller should retry. */
const RETRY_AFTER_S = 5;

/** The backlog of events across all lanes and shards. */
export interface Backlog {
  waiting: number;
  oldestMs: number;
}

/** Rejects events while Redis is nearly full or too many wait, so that accepted events are never lost. */
export class OverloadGuard {
  readonly #deps: Pick<IngestDeps, 'memory' | 'producer' | 'config' | 'now'>;
  #backlog: Promise<Backlog> | undefined;
  #readAt = 0;

  constructor(deps: Pick<IngestDeps, 'memory' | 'producer' | 'config' | 'now'>) {
    this.#deps = deps;
  }

  /** @throws FanfareError `ERR_OVERLOADED` if nothing can be accepted now. */
  async check(): Promise<void> {
    const [, backlog] = await Promise.all([this.checkMemory(), this.backlog()]);
    if (backlog.waiting > BACKLOG_LIMIT) throw overloaded('too many events are waiting');
    if (backlog.oldestMs > BACKLOG_AGE_LIMIT_MS) throw overloaded('events have been waiting for too long');
  }

  /** For whatever adds to Redis. @throws FanfareError `ERR_OVERLOADED` when Redis is nearly full. */
  async checkMemory(): Promise<void> {
    if ((await this.#deps.memory.fullness()) > MEMORY_LIMIT) throw overloaded('Redis is nearly full');
  }

  /** The backlog, at most a second old. */
  backlog(): Promise<Backlog> {
    const now = this.#deps.now();
    if (!this.#backlog || now - this.#readAt >= FRESH_MS) {
      this.#readAt = now;
      this.#backlog = this.#read(now);
      this.#backlog.catch(() => {
        this.#backlog = undefined;
      });
    }
    return this.#backlog;
  }

  async #read(now: number): Promise<Backlog> {
    const { producer, config } = this.#deps;
    const lanes = LANES.map((lane) => producer.laneDepth('events', lane, config.QUEUE_SHARDS, now));
    // Delayed events wait for their own app's deliveries and are no reason to reject others.
    const { waiting, oldestMs } = sumDepths(await Promise.all(lanes));
    return { waiting, oldestMs };
  }
}

const overloaded = (why: string): FanfareError =>
  new FanfareError('ERR_OVERLOADED', why, { retryAfterS: RETRY_AFTER_S });
