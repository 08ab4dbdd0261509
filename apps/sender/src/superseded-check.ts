import { isSuperseded } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import type { LoadedEvent } from './event-cache.ts';

/** An event received this recently, in ms, is assumed to be unchanged: changes come later. */
const PROMPT_MS = 2000;

/** How long an answer is cached for other deliveries of the event: in a large group, many of them are late. */
const ANSWER_HOLDS_MS = 100;

interface SupersededDeps {
  /** The Redis of queues and ledger. */
  queueRedis: Redis;
  now(): number;
}

/**
 * Checks whether an event is superseded: its ring has ended, its message was deleted or edited, its reaction removed. A
 * ring or reaction is always looked up; a message only if it may be late, because its delivery comes `again` or some
 * time after the event.
 */
export class SupersededCheck {
  readonly #deps: SupersededDeps;
  readonly #answers = new WeakMap<LoadedEvent, { at: number; superseded: Promise<boolean> }>();

  constructor(deps: SupersededDeps) {
    this.#deps = deps;
  }

  /** Whether it must no longer be sent. At most one GET. */
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
