import type { Lane, Outcome, ProviderKind } from '@fanfare/core';
import {
  BETWEEN_TRIALS_MS,
  claimTrial,
  closeGate,
  countFailure,
  endTrial,
  forgetFailures,
  type Gate,
  type Held,
  type Holding,
  type HoldReason,
  hold,
  openGate,
  readGates,
  type Shards,
} from '@fanfare/ledger';
import type { Producer } from '@fanfare/queue';
import type { Logger } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import { MIN_FAILURES, openingOf, sendHealthOf } from './breaker.ts';
import type { Endpoint, Seen } from './endpoint.ts';
import { Endpoints, type EndpointsDeps, type SendLane } from './endpoints.ts';
import { Paused } from './paused.ts';
import type { Taken } from './places.ts';
import { Releases } from './releases.ts';

export interface GatesDeps extends EndpointsDeps {
  /** The Redis of queues and ledger. */
  redis: Redis;
  producer: Producer;
  log: Logger;
  shards: Pick<Shards, 'all'>;
  /** Called when deliveries of an app were held: they are no longer ready. */
  onHeld(shard: number, appId: string): void;
}

/** Leave to send: call `end` once, with the outcome. Or the delivery is to be held. */
export type Pass = { kind: 'go'; isTrial: boolean; end(outcome: Outcome): void } | { kind: 'hold'; reason: HoldReason };

/** A trial of a gate that is open. */
interface Trial {
  shard: number;
  token: string;
  /** When it was sent, epoch ms. */
  at: number;
}

/** A trial is not asked for again sooner than this while another has just begun, ms. */
const ASK_AGAIN_MS = 100;

/** How old what is known of a gate may be, ms: so long may other processes go on sending after one has opened it. */
const STALE_MS = 200;

/**
 * Decides what may be sent now (docs/rules/delivery.md#held). Whether an endpoint or credential is paused, and its
 * trial, are decided in the ledger for all senders; this process only counts how its own sends go, and shares its
 * places fairly between apps.
 */
export class Gates {
  readonly #deps: GatesDeps;
  readonly #endpoints: Endpoints;
  /** What is held here, and how it is released. */
  readonly releases: Releases;
  readonly #paused = new Paused();
  #trials = 0;

  constructor(deps: GatesDeps) {
    this.#deps = deps;
    this.#endpoints = new Endpoints(deps);
    this.releases = new Releases(deps, this.#endpoints);
  }

  /** What the sends of a provider and lane share. */
  lane(of: { provider: ProviderKind; lane: Lane }): SendLane {
    return this.#endpoints.lane(of);
  }

  /**
   * Leave to send a delivery, once there is a place for it. Or it is to be held: its gate is open, and it is neither
   * the trial nor is this the delivery's last chance.
   */
  pass(shard: number, gate: Gate, deadlineAt: number): Pass | Promise<Pass> {
    const endpoint = this.#endpoints.of(gate);
    const seen = endpoint.seen(shard);
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
    const endpoint = this.#endpoints.of(gate);
    const { places } = this.lane(gate);
    for (;;) {
      const seen = await this.#look(endpoint, shard);
      const token = seen.open && (await this.#tryOn(endpoint, shard, seen, deadlineAt));
      if (seen.open && !token) return { kind: 'hold', reason: 'open' };
      const taken = await places.take(gate.appId, token ? endpoint.forTrial : endpoint);
      if (taken.kind === 'taken' && (token || !seen.open))
        return this.#go(endpoint, taken, token ? { shard, token, at: this.#deps.now() } : undefined);
      if (taken.kind === 'taken') taken.leave();
    }
  }

  /** Whether a gate of this shard and provider is known whose pause has just ended. */
  isTrialDue(shard: number, provider: ProviderKind): boolean {
    return this.#paused.isTrialDue(shard, provider, this.#deps.now());
  }

  /** Whether a gate was open when last seen. */
  isOpen(shard: number, gate: Gate): boolean {
    return this.#endpoints.known(gate)?.shards.get(shard)?.open !== undefined;
  }

  /** Takes deliveries out of the queues until their gate lets them through. */
  async hold(shard: number, gate: Gate, holdings: readonly Holding[], reason: HoldReason): Promise<Held[]> {
    const { redis, now } = this.#deps;
    const held = await hold(redis, shard, gate, holdings, { now: now(), reason });
    const endpoint = this.#endpoints.of(gate);
    const seen = endpoint.seen(shard);
    for (const one of held) {
      if (one.kind === 'held') seen.held += one.count;
      else this.#see(endpoint, shard, undefined);
    }
    this.releases.noteHeld(shard, gate, seen.held);
    this.#deps.onHeld(shard, gate.appId);
    this.releases.release(shard, gate);
    return held;
  }

  /** Notes how a gate stands, and that deliveries are held for it. */
  learn(shard: number, gate: Gate, open: Seen['open']): void {
    const endpoint = this.#endpoints.of(gate);
    const seen = endpoint.seen(shard);
    this.#see(endpoint, shard, open);
    this.releases.noteHeld(shard, gate, Math.max(seen.held, 1));
  }

  /** Closes a gate in all shards: its trial was accepted, or it no longer stands for anything. */
  async close(gate: Gate): Promise<void> {
    const { redis, shards, now } = this.#deps;
    const endpoint = this.#endpoints.of(gate);
    this.#restart(endpoint);
    await Promise.all(
      Array.from({ length: shards.all }, async (_, shard) => {
        this.#see(endpoint, shard, undefined);
        this.releases.noteHeld(shard, gate, await closeGate(redis, shard, gate, now()));
        this.releases.release(shard, gate);
      }),
    );
  }

  #go(endpoint: Endpoint, taken: Taken, trial?: Trial): Pass {
    const { inHand } = this.lane(endpoint.gate);
    const ended = inHand.send(endpoint.gate.appId);
    const begunAt = this.#deps.now();
    return {
      kind: 'go',
      isTrial: trial !== undefined,
      end: (outcome) => {
        ended();
        endpoint.count(sendHealthOf(outcome), begunAt, this.#deps.now());
        if (trial) this.#endTrial(endpoint, trial, outcome);
        else this.#count(endpoint, outcome, begunAt);
        taken.leave();
        for (const each of endpoint.shards.keys()) this.releases.release(each, endpoint.gate);
      },
    };
  }

  #endTrial(endpoint: Endpoint, trial: Trial, outcome: Outcome): void {
    const { shard } = trial;
    const health = sendHealthOf(outcome);
    if (health === 'unsent') this.#inBackground(endTrial(this.#deps.redis, shard, endpoint.gate, trial.token));
    else if (health === 'fine') this.#inBackground(this.close(endpoint.gate));
    else this.#postpone(endpoint, trial, outcome);
  }

  /** After a failed trial. What is known of the gate stays: another trial may have closed it meanwhile. */
  #postpone(endpoint: Endpoint, { shard, token, at }: Trial, outcome: Outcome): void {
    const { redis, now } = this.#deps;
    const { gate } = endpoint;
    const opening = { ...openingOf(outcome, gate.lane), now: now(), trial: token, triedAt: at };
    this.#inBackground(openGate(redis, shard, gate, opening).then((open) => this.#see(endpoint, shard, open)));
  }

  #count(endpoint: Endpoint, outcome: Outcome, begunAt: number): void {
    const { redis, now } = this.#deps;
    const verdict = endpoint.breaker.judge({ health: sendHealthOf(outcome), begunAt, now: now() });
    if (verdict === 'opens') this.#open(endpoint, outcome);
    else if (verdict === 'suspect') this.#inBackground(this.#countTogether(endpoint, outcome));
    else if (verdict === 'cleared') this.#inBackground(forgetFailures(redis, endpoint.gate));
  }

  /** Counts a failure with those of the other senders, each of which may see too few of them. */
  async #countTogether(endpoint: Endpoint, outcome: Outcome): Promise<void> {
    const count = await countFailure(this.#deps.redis, endpoint.gate);
    if (count >= MIN_FAILURES) this.#open(endpoint, outcome);
  }

  /** Opens a gate, here at once, and for the other senders. */
  #open(endpoint: Endpoint, outcome: Outcome): void {
    const { redis, shards, now } = this.#deps;
    const { gate } = endpoint;
    const opening = { ...openingOf(outcome, gate.lane), now: now() };
    endpoint.breaker.reset(opening.now);
    this.#inBackground(forgetFailures(redis, gate));
    const { reason, leastMs, askedMs = leastMs } = opening;
    for (let shard = 0; shard < shards.all; shard++) {
      const since = endpoint.seen(shard).open?.since ?? opening.now;
      this.#see(endpoint, shard, { openUntil: opening.now + askedMs, since, reason });
      this.#inBackground(openGate(redis, shard, gate, opening).then((open) => this.#see(endpoint, shard, open)));
    }
  }

  /** The token of a trial, if this delivery may be one; afterwards the gate may be closed. */
  async #tryOn(endpoint: Endpoint, shard: number, seen: Seen, deadlineAt: number): Promise<string | undefined> {
    const { redis, now } = this.#deps;
    if (now() < seen.nextTrialAt) return undefined;
    const token = `${process.pid} ${now()} ${this.#trials++}`;
    const answer = await claimTrial(redis, shard, endpoint.gate, { now: now(), deadlineAt, token });
    if (answer === 'trial') return token;
    if (answer === 'closed') this.#see(endpoint, shard, undefined);
    else {
      const openUntil = seen.open?.openUntil ?? 0;
      seen.nextTrialAt = openUntil > now() ? Math.min(now() + BETWEEN_TRIALS_MS, openUntil) : now() + ASK_AGAIN_MS;
    }
    return undefined;
  }

  /** How a gate stands, read again if that is old. */
  async #look(endpoint: Endpoint, shard: number): Promise<Seen> {
    const seen = endpoint.seen(shard);
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
    if (seen.at === before) this.#see(endpoint, shard, open);
  }

  #see(endpoint: Endpoint, shard: number, open: Seen['open']): void {
    const seen = endpoint.seen(shard);
    const wasOpen = seen.open !== undefined;
    seen.open = open;
    this.#paused.note(shard, endpoint.gate.provider, seen);
    seen.at = this.#deps.now();
    if (wasOpen && !open) this.#restart(endpoint);
    if (!wasOpen && open) this.lane(endpoint.gate).places.callOff(endpoint.gate.appId, endpoint);
  }

  /** Begins with one send in flight, and without what the outage has taught about the pace. */
  #restart(endpoint: Endpoint): void {
    endpoint.restart(this.#deps.now());
    this.lane(endpoint.gate).inHand.forgetPace(endpoint.gate.appId);
  }

  #inBackground(writing: Promise<unknown>): void {
    writing.catch((error: Error) => this.#deps.log.warn({ reason: error.message }, 'gate.not_written'));
  }
}
