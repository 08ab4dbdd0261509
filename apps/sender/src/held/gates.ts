import type { Lane, Outcome, ProviderKind } from '@fanfare/core';
import {
  claimTrial,
  closeGate,
  endTrial,
  type Gate,
  gateId,
  type Held,
  type Holding,
  type HoldReason,
  hold,
  openGate,
  readGates,
} from '@fanfare/ledger';
import { OriginPlaces } from '@fanfare/providers';
import type { Producer } from '@fanfare/queue';
import type { Logger } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import { openingOf, sendHealthOf } from './breaker.ts';
import { Endpoint, type Seen } from './endpoint.ts';
import { originOf } from './gate-of.ts';
import { InHand } from './in-hand.ts';
import { Places, type Taken } from './places.ts';
import { releaseSome } from './release.ts';

/** What a process shares between the sends of one provider and lane. */
export interface SendLane {
  places: Places;
  inHand: InHand;
  /** Sends in flight to one endpoint of an app, or to one origin across all apps. */
  limit: number;
  origins: OriginPlaces;
}

export interface GatesDeps {
  /** The Redis of queues and ledger. */
  redis: Redis;
  producer: Producer;
  log: Logger;
  shards: number;
  /** Sends in flight at a time, by lane; for each provider. */
  concurrency: Record<Lane, number>;
  /** The most to one endpoint. */
  limits: Record<Lane, number>;
  now(): number;
  /** Called when deliveries of an app were held: they are no longer ready. */
  onHeld(shard: number, appId: string): void;
}

/** Leave to send: call `end` once, with the outcome. Or the delivery is to be held. */
export type Pass = { kind: 'go'; end(outcome: Outcome): void } | { kind: 'hold'; reason: HoldReason };

/** The one trial of a gate that is open. */
interface Trial {
  shard: number;
  token: string;
}

/** How old what is known of a gate may be, ms: so long may other processes go on sending after one has opened it. */
const STALE_MS = 200;

/** How long after another's trial began no other is asked for, ms. */
const TRIAL_PAUSE_MS = 500;

/** Deliveries in hand, as a multiple of the sends in flight. A job of the bulk lane may contain as many as those. */
const IN_HAND: Record<Lane, number> = { call: 2, chat: 2, bulk: 6 };

/** Endpoints kept; the oldest without sends in flight are forgotten first. */
const MAX_ENDPOINTS = 10_000;

/** How many deliveries of a lane a process has in hand, for this many sends in flight. */
export const inHandOf = (lane: Lane, concurrency: number): number => IN_HAND[lane] * concurrency;

/**
 * Decides what may be sent now (docs/rules/delivery.md#held). Whether an endpoint or credential is paused, and its
 * trial, are decided in the ledger for all senders; this process only counts how its own sends go, and shares its
 * places fairly between apps.
 */
export class Gates {
  readonly #deps: GatesDeps;
  readonly #lanes = new Map<string, SendLane>();
  readonly #endpoints = new Map<string, Endpoint>();
  #trials = 0;

  constructor(deps: GatesDeps) {
    this.#deps = deps;
  }

  /** What the sends of a provider and lane share. */
  lane({ provider, lane }: { provider: ProviderKind; lane: Lane }): SendLane {
    const id = `${provider} ${lane}`;
    const known = this.#lanes.get(id);
    if (known) return known;
    const { concurrency, limits, now } = this.#deps;
    const made: SendLane = {
      places: new Places(concurrency[lane], now),
      inHand: new InHand(inHandOf(lane, concurrency[lane]), now),
      limit: limits[lane],
      origins: new OriginPlaces(),
    };
    this.#lanes.set(id, made);
    return made;
  }

  /**
   * Leave to send a delivery, once there is a place for it. Or it is to be held: its gate is open, and it is neither
   * the trial nor is this the delivery's last chance.
   */
  pass(shard: number, gate: Gate, deadlineAt: number): Pass | Promise<Pass> {
    const endpoint = this.#endpoint(gate);
    const seen = this.#seen(endpoint, shard);
    if (this.#isFresh(seen) && !seen.open) {
      const taken = this.lane(gate).places.take(gate.appId, endpoint);
      if (!(taken instanceof Promise)) return this.#go(endpoint, taken);
      return taken.then((got) =>
        got.kind === 'taken' ? this.#go(endpoint, got) : this.#passLater(shard, gate, deadlineAt),
      );
    }
    return this.#passLater(shard, gate, deadlineAt);
  }

  async #passLater(shard: number, gate: Gate, deadlineAt: number): Promise<Pass> {
    const endpoint = this.#endpoint(gate);
    const { places } = this.lane(gate);
    for (;;) {
      const seen = await this.#look(endpoint, shard);
      const token = seen.open && (await this.#tryOn(endpoint, shard, seen, deadlineAt));
      if (seen.open && !token) return { kind: 'hold', reason: 'open' };
      const taken = await places.take(gate.appId, token ? endpoint.forTrial : endpoint);
      if (taken.kind === 'taken' && (token || !seen.open))
        return this.#go(endpoint, taken, token ? { shard, token } : undefined);
      if (taken.kind === 'taken') taken.leave();
    }
  }

  /** Whether a gate was open when last seen. */
  isOpen(shard: number, gate: Gate): boolean {
    return this.#endpoints.get(gateId(gate))?.shards.get(shard)?.open !== undefined;
  }

  /** Takes deliveries out of the queues until their gate lets them through. */
  async hold(shard: number, gate: Gate, holdings: readonly Holding[], reason: HoldReason): Promise<Held[]> {
    const { redis, now } = this.#deps;
    const held = await hold(redis, shard, gate, holdings, { now: now(), reason });
    const endpoint = this.#endpoint(gate);
    const seen = this.#seen(endpoint, shard);
    for (const one of held) {
      if (one.kind === 'held') seen.held += one.count;
      else this.#see(endpoint, seen, undefined);
    }
    this.#deps.onHeld(shard, gate.appId);
    this.release(shard, gate);
    return held;
  }

  /** Releases held deliveries of a closed gate as far as there is room for them, one batch at a time. */
  release(shard: number, gate: Gate, least = 0): void {
    const endpoint = this.#endpoint(gate);
    const seen = this.#seen(endpoint, shard);
    if (seen.open || seen.isReleasing || seen.held <= 0) return;
    const { inHand } = this.lane(gate);
    const count = Math.max(least, inHand.wants(gate.appId, endpoint.window));
    if (count === 0) return;
    seen.isReleasing = true;
    const releasing = releaseSome(this.#deps, shard, gate, count, (n) => inHand.expect(gate.appId, n));
    void releasing
      .then(
        (left) => {
          seen.held = left;
        },
        (error: Error) => this.#deps.log.warn({ reason: error.message }, 'held.not_released'),
      )
      .finally(() => {
        seen.isReleasing = false;
      });
  }

  /** Notes how a gate stands, and that deliveries are held for it. */
  learn(shard: number, gate: Gate, open: Seen['open']): void {
    const endpoint = this.#endpoint(gate);
    const seen = this.#seen(endpoint, shard);
    this.#see(endpoint, seen, open);
    seen.held = Math.max(seen.held, 1);
  }

  /** Closes a gate in all shards: its trial was accepted, or it no longer stands for anything. */
  async close(gate: Gate): Promise<void> {
    const { redis, shards, now } = this.#deps;
    const endpoint = this.#endpoint(gate);
    endpoint.narrow();
    await Promise.all(
      Array.from({ length: shards }, async (_, shard) => {
        const seen = this.#seen(endpoint, shard);
        seen.open = undefined;
        seen.at = now();
        seen.held = await closeGate(redis, shard, gate, now());
        this.release(shard, gate);
      }),
    );
  }

  #go(endpoint: Endpoint, taken: Taken, trial?: Trial): Pass {
    const { inHand } = this.lane(endpoint.gate);
    const ended = inHand.send(endpoint.gate.appId);
    return {
      kind: 'go',
      end: (outcome) => {
        ended();
        if (trial) this.#endTrial(endpoint, trial, outcome);
        else this.#count(endpoint, outcome);
        if (outcome.kind === 'accepted') endpoint.widen();
        taken.leave();
        for (const each of endpoint.shards.keys()) this.release(each, endpoint.gate);
      },
    };
  }

  #endTrial(endpoint: Endpoint, { shard, token }: Trial, outcome: Outcome): void {
    const health = sendHealthOf(outcome);
    if (health === 'unsent') this.#inBackground(endTrial(this.#deps.redis, shard, endpoint.gate));
    else if (health === 'fine') this.#inBackground(this.close(endpoint.gate));
    else this.#open(endpoint, [shard], outcome, token);
  }

  #count(endpoint: Endpoint, outcome: Outcome): void {
    const { shards, now } = this.#deps;
    if (!endpoint.breaker.opensAfter(sendHealthOf(outcome), now())) return;
    endpoint.breaker.reset();
    this.#open(endpoint, [...Array(shards).keys()], outcome);
  }

  /** Opens a gate, here at once, and for the other senders. */
  #open(endpoint: Endpoint, shards: readonly number[], outcome: Outcome, trial?: string): void {
    const { redis, now } = this.#deps;
    const { gate } = endpoint;
    const opening = openingOf(outcome, gate.lane);
    for (const shard of shards) {
      const seen = this.#seen(endpoint, shard);
      const since = seen.open?.since ?? now();
      const openUntil = now() + (opening.askedMs ?? opening.leastMs);
      this.#see(endpoint, seen, { openUntil, since, reason: opening.reason });
      const opened = openGate(redis, shard, gate, { ...opening, now: now(), trial }).then((open) =>
        this.#see(endpoint, seen, open),
      );
      this.#inBackground(opened);
    }
  }

  /** The token of a trial, if this delivery may be one; afterwards the gate may be closed. */
  async #tryOn(endpoint: Endpoint, shard: number, seen: Seen, deadlineAt: number): Promise<string | undefined> {
    const { redis, now } = this.#deps;
    if (now() < seen.nextTrialAt) return undefined;
    const token = `${process.pid} ${now()} ${this.#trials++}`;
    const answer = await claimTrial(redis, shard, endpoint.gate, { now: now(), deadlineAt, token });
    if (answer === 'trial') return token;
    if (answer === 'closed') this.#see(endpoint, seen, undefined);
    else seen.nextTrialAt = Math.min(now() + TRIAL_PAUSE_MS, Math.max(now(), seen.open?.openUntil ?? 0));
    return undefined;
  }

  /** How a gate stands, read again if that is old. */
  async #look(endpoint: Endpoint, shard: number): Promise<Seen> {
    const seen = this.#seen(endpoint, shard);
    if (this.#isFresh(seen)) return seen;
    seen.reading ??= this.#read(endpoint, shard, seen).finally(() => {
      seen.reading = undefined;
    });
    await seen.reading;
    return seen;
  }

  #isFresh = (seen: Seen): boolean => this.#deps.now() - seen.at < STALE_MS;

  async #read(endpoint: Endpoint, shard: number, seen: Seen): Promise<void> {
    const before = seen.at;
    const [open] = await readGates(this.#deps.redis, shard, [endpoint.gate]);
    // What this process has done meanwhile is newer.
    if (seen.at === before) this.#see(endpoint, seen, open);
  }

  #see(endpoint: Endpoint, seen: Seen, open: Seen['open']): void {
    const wasOpen = seen.open !== undefined;
    seen.open = open;
    seen.at = this.#deps.now();
    if (wasOpen && !open) endpoint.narrow();
    if (!wasOpen && open) this.lane(endpoint.gate).places.callOff(endpoint.gate.appId, endpoint);
  }

  #seen(endpoint: Endpoint, shard: number): Seen {
    const known = endpoint.shards.get(shard);
    if (known) return known;
    const seen: Seen = { open: undefined, at: 0, held: 0, nextTrialAt: 0, isReleasing: false };
    endpoint.shards.set(shard, seen);
    return seen;
  }

  #endpoint(gate: Gate): Endpoint {
    const id = gateId(gate);
    const known = this.#endpoints.get(id);
    if (known) return known;
    const endpoint = this.#makeEndpoint(gate);
    this.#endpoints.set(id, endpoint);
    if (this.#endpoints.size > MAX_ENDPOINTS) this.#forgetOldest();
    return endpoint;
  }

  #makeEndpoint(gate: Gate): Endpoint {
    const { limit, origins } = this.lane(gate);
    // A push service needs no limit across apps.
    if (gate.provider !== 'custom') return new Endpoint(gate, limit);
    return new Endpoint(gate, limit, { places: origins, name: originOf(gate), now: this.#deps.now });
  }

  #forgetOldest(): void {
    for (const [id, { inFlight }] of this.#endpoints) {
      if (inFlight > 0) continue;
      this.#endpoints.delete(id);
      return;
    }
  }

  #inBackground(writing: Promise<unknown>): void {
    writing.catch((error: Error) => this.#deps.log.warn({ reason: error.message }, 'gate.not_written'));
  }
}
