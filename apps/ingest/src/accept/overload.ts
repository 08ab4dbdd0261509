import { FanfareError } from '@fanfare/core';
import type { IngestDeps } from '../deps.ts';

/** Share of Redis memory above which nothing is accepted; the rest is reserved for processing the backlog. */
const MEMORY_LIMIT = 0.8;

/** Seconds after which a rejected caller should retry. */
const RETRY_AFTER_S = 5;

/**
 * Rejects what adds to Redis while Redis is nearly full, so that accepted events are never lost. Memory is all that
 * apps share here: a backlog is bounded per app (quotas.ts).
 */
export class OverloadGuard {
  readonly #memory: IngestDeps['memory'];

  constructor({ memory }: Pick<IngestDeps, 'memory'>) {
    this.#memory = memory;
  }

  /** @throws FanfareError `ERR_OVERLOADED` when Redis is nearly full. */
  async check(): Promise<void> {
    if ((await this.#memory.fullness()) <= MEMORY_LIMIT) return;
    throw new FanfareError('ERR_OVERLOADED', 'Redis is nearly full', { retryAfterS: RETRY_AFTER_S });
  }
}
