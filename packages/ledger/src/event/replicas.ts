import type { EventRef } from '@fanfare/core';
import { primaryOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import type { Entry } from '../buckets/buckets.ts';
import { keys } from '../keys.ts';
import { claimEntry, locationEntry, RECENT_LUA } from './claim.ts';

/** How long replicas may take; a request is answered at most a second later. */
const WAIT_MS = 1000;

/** How long the connection that waits may take for a command, connecting included. */
const COMMAND_MS = 2000;

const MARK_MS = 10_000;

const HAS_ENTRY = script<number>(`
-- KEYS prefix of the buckets of ids or locations
-- ARGV field, now, value
-- returns 1 if the id has this value, else 0
${RECENT_LUA}
for _, value in ipairs(recent(KEYS[1], ARGV[1], tonumber(ARGV[2]))) do
  if value == ARGV[3] then return 1 end
end
return 0
`);

/** An event that was accepted, now or earlier. */
export interface Claimed {
  appId: string;
  eventId: string;
  ref: EventRef;
}

/** An entry that must be on replicas. */
interface Proof extends Entry {
  value: string;
}

/** What leads to an event: its claim, and where to look for that, which may be on another primary. */
function proofsOf({ appId, eventId, ref: { shard, key } }: Claimed): Proof[] {
  const claim = { ...claimEntry(shard, appId, eventId), value: key };
  return shard === 0 ? [claim] : [claim, { ...locationEntry(appId, eventId), value: String(shard) }];
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
    const confirmed = events.map(() => true);
    const byPrimary = new Map<Redis, { proof: Proof; i: number }[]>();
    for (const [i, event] of events.entries()) {
      for (const proof of proofsOf(event)) {
        const primary = primaryOf(this.#options.redis, proof.prefix);
        const others = primary && byPrimary.get(primary);
        if (others) others.push({ proof, i });
        else if (primary) byPrimary.set(primary, [{ proof, i }]);
        else confirmed[i] = false;
      }
    }
    await Promise.all(
      [...byPrimary].map(async ([primary, wanted]) => {
        const answers = await this.#lineTo(primary).join(wanted.map(({ proof }) => proof));
        for (const [n, { i }] of wanted.entries()) if (!answers[n]) confirmed[i] = false;
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

/** What shares a `WAIT`. */
interface Round {
  proofs: Proof[];
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

  async join(proofs: readonly Proof[]): Promise<boolean[]> {
    this.#next ??= this.#form();
    const { proofs: all, answers } = this.#next;
    const from = all.length;
    all.push(...proofs);
    return (await answers).slice(from, from + proofs.length);
  }

  close(): void {
    this.#redis.disconnect();
  }

  #form(): Round {
    const proofs: Proof[] = [];
    const answers = this.#last.then(() => {
      this.#next = undefined;
      return this.#run(proofs).catch((error: Error) => {
        this.#options.onError(error);
        return proofs.map(() => false);
      });
    });
    this.#last = answers;
    return { proofs, answers };
  }

  /**
   * `WAIT` waits for the writes of its own connection, so one precedes it: what was stored before reaches a replica
   * before this does. The entries show that this server is the one that stored them, or a replica that had them.
   */
  async #run(proofs: readonly Proof[]): Promise<boolean[]> {
    const { needed, now } = this.#options;
    const [first] = proofs as [Proof];
    const [found, , replicas] = await Promise.all([
      HAS_ENTRY.each(
        this.#redis,
        proofs.map(({ prefix, field, value }) => ({ keys: [prefix], args: [field, now(), value] })),
      ),
      this.#redis.set(keys.replicated(first.prefix), '1', 'PX', MARK_MS),
      this.#redis.wait(needed, WAIT_MS),
    ]);
    if (replicas < needed) throw new Error(`${replicas} of ${needed} replicas have the last events`);
    return found.map((one) => one === 1);
  }
}
