import type { Gate, OpenGate } from '@fanfare/ledger';
import type { OriginPlaces } from '@fanfare/providers';
import { Breaker, type SendHealth } from './breaker.ts';
import type { Destination } from './places.ts';
import { SendWindow } from './window.ts';

/** How a gate of one shard stands, as last seen. */
export interface Seen {
  /** Undefined: closed. */
  open: OpenGate | undefined;
  /** When it was last read or changed, epoch ms. */
  at: number;
  /** Deliveries held for it, as far as is known. */
  held: number;
  /** A read that is under way. */
  reading?: Promise<void> | undefined;
  /** No trial is asked for before this: another has just begun. */
  nextTrialAt: number;
  /** Whether a release is under way. */
  isReleasing: boolean;
}

/**
 * An endpoint or credential of an app, as this process uses it in one lane: how many sends it may have in flight, and
 * how they go.
 */
export class Endpoint implements Destination {
  readonly gate: Gate;
  readonly breaker = new Breaker();
  /** How the gate stands, by shard. */
  readonly shards = new Map<number, Seen>();
  inFlight = 0;
  readonly #limit: number;
  readonly #origin: { places: OriginPlaces; name: string; now(): number } | undefined;
  readonly #window: SendWindow;

  constructor(gate: Gate, limit: number, origin?: { places: OriginPlaces; name: string; now(): number }) {
    this.gate = gate;
    this.#limit = limit;
    this.#origin = origin;
    // A push service is not overloaded by one app, and no ring may wait for the answer to another.
    this.#window = new SendWindow(limit, { yields: gate.provider === 'custom' && gate.lane !== 'call' });
  }

  /** How the gate of a shard stands, as far as is known. */
  seen(shard: number): Seen {
    const known = this.shards.get(shard);
    if (known) return known;
    const seen: Seen = { open: undefined, at: 0, held: 0, nextTrialAt: 0, isReleasing: false };
    this.shards.set(shard, seen);
    return seen;
  }

  /** How many sends may be in flight now. */
  get window(): number {
    return this.#window.size;
  }

  /** For a trial, which waits for no send to end. */
  readonly forTrial: Destination = {
    enter: () => {
      this.inFlight++;
      return () => {
        this.inFlight--;
      };
    },
  };

  /** Takes a place for a send, if there is one. */
  enter(): (() => void) | undefined {
    if (this.inFlight >= this.#window.size) return undefined;
    const place = this.#origin?.places.take(this.gate.appId, this.#origin.name, this.#limit, this.#origin.now());
    if (this.#origin && !place) return undefined;
    this.inFlight++;
    return () => {
      this.inFlight--;
      place?.leave();
    };
  }

  /** Counts a send that has ended and still has its place. */
  count(health: SendHealth, begunAt: number, now: number): void {
    if (health === 'unsent') return;
    const send = { begunAt, now, inFlight: this.inFlight };
    if (health === 'fine') this.#window.answered(send);
    else this.#window.failed(send);
  }

  /** The gate has closed: begin with one. */
  restart(now: number): void {
    this.#window.restart(now);
    this.breaker.reset(now);
  }
}
