import { FanfareError, isCall } from '@fanfare/core';
import type { MemoryStop } from '@fanfare/redis';
import type { IngestDeps } from '../deps.ts';
import type { Offer } from './offer.ts';

/** Seconds after which a rejected caller should retry. */
const RETRY_AFTER_S = 5;

type GuardDeps = Pick<IngestDeps, 'memory' | 'registryMemory' | 'metrics'>;

/**
 * Rejects what adds to Redis while Redis is nearly full, so that accepted events are never lost. Memory is all that
 * apps share here: a backlog is bounded per app (quotas.ts). Calls are accepted longer than anything else, since they
 * are few and of no use later.
 */
export class OverloadGuard {
  readonly #deps: GuardDeps;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
  }

  /** @throws FanfareError `ERR_OVERLOADED` when Redis is too full for anything new, or for calls. */
  async check(what: 'events' | 'calls' = 'events'): Promise<void> {
    if (await this.#deps.memory.isStopped(what)) this.#refuse();
  }

  /**
   * For what adds to the registry: an import could fill it while the Redis of the queues has room. Events are not
   * refused for a full registry, of which nothing leaves in time.
   * @throws FanfareError `ERR_OVERLOADED` when either Redis is too full for anything new.
   */
  async checkGrowth(): Promise<void> {
    const { memory, registryMemory } = this.#deps;
    const stopped = await Promise.all([memory.isStopped('events'), registryMemory.isStopped('events')]);
    if (stopped.includes(true)) this.#refuse();
  }

  #refuse(): never {
    this.#deps.metrics.refusedForMemory.inc();
    throw overloaded();
  }

  /** What has stopped because Redis is too full. */
  async stops(): Promise<readonly MemoryStop[]> {
    return (await this.#deps.memory.state()).stops;
  }

  /**
   * Rejects the events that have stopped.
   * @throws FanfareError `ERR_OVERLOADED` if that leaves none.
   */
  admit(offers: readonly Offer[], stops: readonly MemoryStop[]): readonly Offer[] {
    if (!stops.includes('events')) return offers;
    if (stops.includes('calls') || !offers.some(isOfCall)) this.#refuse();
    if (!offers.every(isOfCall)) this.#deps.metrics.refusedForMemory.inc();
    return offers.map((each) =>
      each.parsed.ok && !isOfCall(each) ? { ...each, parsed: { ok: false, error: overloaded() } } : each,
    );
  }
}

const isOfCall = ({ parsed }: Offer): boolean => parsed.ok && isCall(parsed.event);

const overloaded = (): FanfareError =>
  new FanfareError('ERR_OVERLOADED', 'Redis is nearly full', { retryAfterS: RETRY_AFTER_S });
