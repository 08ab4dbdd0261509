import type { EventRef } from '@fanfare/core';
import { primaryOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { claimEntry, RECENT_LUA } from './claim.ts';

/** How long replicas may take; a request is answered at most a second later. */
const WAIT_MS = 1000;

/** How long the connection that waits may take for a command, connecting included. */
const COMMAND_MS = 2000;

const MARK_MS = 10_000;

const IS_CLAIMED = script<number>(`
-- KEYS prefix of the buckets of ids
-- ARGV field, now, event key
-- returns 1 if the id is claimed by the event with this key, else 0
${RECENT_LUA}
for _, key in ipairs(recent(KEYS[1], ARGV[1], tonumber(ARGV[2]))) do
  if key == ARGV[3] then return 1 end
end
return 0
`);

/** An event that was accepted, now or earlier. */
export interface Claimed {
  appId: string;
  eventId: string;
  ref: EventRef;
}

export interface ReplicasOptions {
  redis: Redis;
  /** How many replicas must have an event. */
  needed: number;
  now(): number;
  onError(error: Error): void;
}

/**
 * Confirms that replicas have what was accepted, so that a failover does not lose it (docs/redis.md). `WAIT` holds up
 * all that follows on its connection, so each primary has a connection for it, and all events that arrive while one
 * `WAIT` is under way share the next.
 */
export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #lines = new Map<string, Line>();

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  /** Whether each of these events, stored before, is on enough replicas now. */
  async confirm(events: readonly Claimed[]): Promise<boolean[]> {
    const confirmed = events.map(() => false);
    const byPrimary = new Map<Redis, number[]>();
    for (const [i, { ref }] of events.entries()) {
      const primary = primaryOf(this.#options.redis, keys.root(ref.shard));
      if (!primary) continue;
      const others = byPrimary.get(primary);
      if (others) others.push(i);
      else byPrimary.set(primary, [i]);
    }
    await Promise.all(
      [...byPrimary].map(async ([primary, indexes]) => {
        const answers = await this.#lineTo(primary).join(indexes.map((i) => events[i] as Claimed));
        for (const [n, i] of indexes.entries()) confirmed[i] = answers[n] === true;
      }),
    );
    return confirmed;
  }

  close(): void {
    for (const line of this.#lines.values()) line.close();
  }

  #lineTo(primary: Redis): Line {
    const { host, port } = primary.options;
    const name = primary === this.#options.redis ? 'primary' : `${host}:${port}`;
    const known = this.#lines.get(name);
    if (known?.isOpen) return known;
    const line = new Line(primary, this.#options);
    this.#lines.set(name, line);
    return line;
  }
}

/** Events that share a `WAIT`. */
interface Round {
  events: Claimed[];
  answers: Promise<boolean[]>;
}

/** The connection to one primary. */
class Line {
  readonly #redis: Redis;
  readonly #options: ReplicasOptions;
  #last: Promise<unknown> = Promise.resolve();
  #next: Round | undefined;

  constructor(primary: Redis, options: ReplicasOptions) {
    this.#options = options;
    // Nothing is repeated on another connection, on which `WAIT` would not wait for what this one has written.
    this.#redis = primary.duplicate({
      enableOfflineQueue: true,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_MS,
    });
    this.#redis.on('error', options.onError);
  }

  /** False once a node of a cluster has gone; others reconnect. */
  get isOpen(): boolean {
    return this.#redis.status !== 'end';
  }

  async join(events: readonly Claimed[]): Promise<boolean[]> {
    this.#next ??= this.#form();
    const { events: all, answers } = this.#next;
    const from = all.length;
    all.push(...events);
    return (await answers).slice(from, from + events.length);
  }

  close(): void {
    this.#redis.disconnect();
  }

  #form(): Round {
    const events: Claimed[] = [];
    const answers = this.#last.then(() => {
      this.#next = undefined;
      return this.#run(events).catch((error: Error) => {
        this.#options.onError(error);
        return events.map(() => false);
      });
    });
    this.#last = answers;
    return { events, answers };
  }

  /**
   * `WAIT` waits for the writes of its own connection, so one precedes it: what was stored before reaches a replica
   * before this does. The claims show that this server is the one that stored the events, or a replica that had them.
   */
  async #run(events: readonly Claimed[]): Promise<boolean[]> {
    const { needed, now } = this.#options;
    const first = events[0] as Claimed;
    const [claimed, , replicas] = await Promise.all([
      IS_CLAIMED.each(
        this.#redis,
        events.map(({ appId, eventId, ref: { shard, key } }) => {
          const { prefix, field } = claimEntry(shard, appId, eventId);
          return { keys: [prefix], args: [field, now(), key] };
        }),
      ),
      this.#redis.set(keys.replicated(first.ref.shard), '1', 'PX', MARK_MS),
      this.#redis.wait(needed, WAIT_MS),
    ]);
    if (replicas < needed) throw new Error(`${replicas} of ${needed} replicas have the last events`);
    return claimed.map((one) => one === 1);
  }
}
