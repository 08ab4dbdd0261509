import { FanfareError, LANES } from '@fanfare/core';
import { sumDepths } from '@fanfare/queue';
import type { IngestDeps } from '../deps.ts';

/** Share of Redis' memory from which nothing is accepted: the rest is for working off what was. */
const MEMORY_LIMIT = 0.8;

/** Events that may wait to be expanded, and how old the oldest of them may be. */
const BACKLOG_LIMIT = 100_000;
const BACKLOG_AGE_LIMIT_MS = 15 * 60_000;

/** How long a look at the backlog is good for. */
const FRESH_MS = 1000;

/** How soon a caller that was turned away should try again. */
const RETRY_AFTER_S = 5;

/** The backlog of events, over all lanes and shards. */
export interface Backlog {
  waiting: number;
  oldestMs: number;
}

/** Turns events away while Redis is nearly full or too many wait, so that what was accepted is never lost. */
export class OverloadGuard {
  readonly #deps: Pick<IngestDeps, 'memory' | 'producer' | 'config' | 'now'>;
  #backlog: Promise<Backlog> | undefined;
  #readAt = 0;

  constructor(deps: Pick<IngestDeps, 'memory' | 'producer' | 'config' | 'now'>) {
    this.#deps = deps;
  }

  /** @throws FanfareError `ERR_OVERLOADED` when nothing can be accepted now. */
  async check(): Promise<void> {
    const [fullness, backlog] = await Promise.all([this.#deps.memory.fullness(), this.backlog()]);
    if (fullness > MEMORY_LIMIT) throw overloaded('Redis is nearly full');
    if (backlog.waiting > BACKLOG_LIMIT) throw overloaded('too many events wait');
    if (backlog.oldestMs > BACKLOG_AGE_LIMIT_MS) throw overloaded('events have been waiting for too long');
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
    // Delayed ones wait for their own app's deliveries and are no reason to turn others away.
    const { waiting, oldestMs } = sumDepths(await Promise.all(lanes));
    return { waiting, oldestMs };
  }
}

const overloaded = (why: string): FanfareError =>
  new FanfareError('ERR_OVERLOADED', why, { retryAfterS: RETRY_AFTER_S });
