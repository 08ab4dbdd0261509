import { isSuperseded } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import type { LoadedEvent } from './event-cache.ts';

/** So soon after its receipt, epoch ms, an event is taken for the latest: whoever changes it, does so later. */
const PROMPT_MS = 2000;

/** How long an answer holds for the other deliveries of the same event: of a large group they all come late. */
const ANSWER_HOLDS_MS = 100;

interface SupersededDeps {
  /** Redis of queues and ledger. */
  queueRedis: Redis;
  now(): number;
}

/**
 * Asks whether an event is news no more: its ring is over, its message was deleted or edited since, its reaction removed.
 * A ring and a reaction are looked up always, a message where it may be late: its delivery comes `again`, or some time
 * after the event was received.
 */
export class SupersededCheck {
  readonly #deps: SupersededDeps;
  readonly #answers = new WeakMap<LoadedEvent, { at: number; superseded: Promise<boolean> }>();

  constructor(deps: SupersededDeps) {
    this.#deps = deps;
  }

  /** Whether it must not be sent any more. At most one GET. */
  async isSuperseded(loaded: LoadedEvent, again: boolean): Promise<boolean> {
    const { appId, event, key, receivedAt } = loaded.accepted;
    const { now } = this.#deps;
    const { queueRedis } = this.#deps;
    if (event.type === 'call.initiated') return isSuperseded(queueRedis, appId, event, key);
    const mayBePrompt = event.type !== 'reaction.added';
    if (mayBePrompt && !again && now() - receivedAt < PROMPT_MS) return false;
    const known = this.#answers.get(loaded);
    if (known && now() - known.at < ANSWER_HOLDS_MS) return known.superseded;
    const superseded = isSuperseded(queueRedis, appId, event, key);
    this.#answers.set(loaded, { at: now(), superseded });
    return superseded;
  }
}
