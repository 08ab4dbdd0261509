import { type AppKey, appKey } from '@fanfare/core';
import { OriginPlaces } from '@fanfare/providers';

/** The settings of a gate. Times in ms. */
export interface GateOptions {
  /** Maximum sends in flight to one endpoint of an app, or to one origin across all apps. */
  limit: number;
  /** The longest the breaker stays open; a minute by default. Calls cannot wait that long. */
  longestOpenMs?: number;
  now(): number;
  /** In [0, 1). */
  random(): number;
}

/**
 * How a send went, for the gate. `refused`: every other send would fail too; `unsent`: says nothing about the endpoint.
 */
export type SendHealth = 'fine' | 'failed' | 'refused' | 'unsent';

/** The target of a send: an endpoint or a credential of an app. */
export interface Entrance {
  appId: string;
  name: string;
  /** The origin of a webhook. If several apps send to it, each may use half of its limit. */
  origin?: string;
}

/**
 * The admission of one send: call `left` when it is over, or wait and try again. `isOpen`: the breaker is open;
 * otherwise there are as many sends as there may be.
 */
export type Admission = { ok: true; left(health: SendHealth): void } | { ok: false; isOpen: boolean; waitMs: number };

/** The breaker opens if at least half of at least 20 sends in a window failed (docs/rules/delivery.md#breaker). */
const WINDOW_MS = 10_000;
const MIN_SENDS = 20;
const MAX_FAILED = 0.5;

/** How long the breaker stays open: doubled each time a trial fails, up to a maximum. */
const OPEN_MS = 5000;
const LONGEST_OPEN_MS = 60_000;

/** The assumed duration of a send until one has been measured. */
const ASSUMED_SEND_MS = 100;

/**
 * Maximum number of endpoints kept. Evicts the least recently used, except those with sends in flight, whose count
 * would be lost; lru-cache cannot pin such entries.
 */
const MAX_ENDPOINTS = 10_000;

/** For credentials: their origin is the push service, which needs no limit across apps. */
const NO_PLACE = { leave: () => undefined };

interface Endpoint {
  inFlight: number;
  /** Moving average of the duration of a send. */
  meanMs: number;
  /** The slot of the next send that has to wait. */
  nextSlotAt: number;
  windowEndsAt: number;
  sends: number;
  failures: number;
  /** Open until this time; 0 if closed. After it, one trial is admitted. */
  openUntil: number;
  openings: number;
  onTrial: boolean;
}

/**
 * Keeps a slow or dead endpoint, or a refused credential, from blocking the sender for all others: each has its own
 * limit, and a breaker that opens once most sends fail or one refusal applies to all. Both count per app, since one
 * app's sends to a URL say nothing about another's. A rejected send gets a time slot in which there should be room, so
 * that waiting deliveries do not poll. State is per process.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #endpoints = new Map<AppKey, Endpoint>();
  readonly #places = new OriginPlaces();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Requests a send to an endpoint now. */
  enter({ appId, name, origin }: Entrance): Admission {
    const endpoint = this.#endpoint(appKey(appId, name));
    const { now: clock, limit } = this.#options;
    const now = clock();
    if (endpoint.openUntil > now) return { ok: false, isOpen: true, waitMs: this.#spread(endpoint.openUntil - now) };
    const trial = endpoint.openUntil > 0;
    const isFull = trial ? endpoint.onTrial : endpoint.inFlight >= limit;
    const place = isFull ? undefined : origin === undefined ? NO_PLACE : this.#places.take(appId, origin, limit, now);
    if (!place) return { ok: false, isOpen: trial, waitMs: this.#slot(endpoint, now) };
    if (trial) endpoint.onTrial = true;
    endpoint.inFlight++;
    const left = (health: SendHealth): void => {
      place.leave();
      this.#leave(endpoint, now, trial, health);
    };
    return { ok: true, left };
  }

  #leave(endpoint: Endpoint, since: number, trial: boolean, health: SendHealth): void {
    const now = this.#options.now();
    endpoint.inFlight--;
    if (health === 'unsent') {
      if (trial) endpoint.onTrial = false;
      return;
    }
    endpoint.meanMs += (now - since - endpoint.meanMs) / 8;
    if (trial) this.#endTrial(endpoint, now, health !== 'fine');
    else if (health === 'refused') this.#openOnce(endpoint, now);
    else this.#count(endpoint, now, health === 'failed');
  }

  #endTrial(endpoint: Endpoint, now: number, failed: boolean): void {
    endpoint.onTrial = false;
    if (failed) {
      this.#open(endpoint, now);
      return;
    }
    endpoint.openUntil = 0;
    endpoint.openings = 0;
    endpoint.windowEndsAt = 0;
  }

  #count(endpoint: Endpoint, now: number, failed: boolean): void {
    if (endpoint.windowEndsAt <= now) {
      endpoint.windowEndsAt = now + WINDOW_MS;
      endpoint.sends = 0;
      endpoint.failures = 0;
    }
    endpoint.sends++;
    if (failed) endpoint.failures++;
    const opens = endpoint.sends >= MIN_SENDS && endpoint.failures >= endpoint.sends * MAX_FAILED;
    if (opens) this.#openOnce(endpoint, now);
  }

  /** Opens the breaker unless it is open already: results of sends that were in flight are no news. */
  #openOnce(endpoint: Endpoint, now: number): void {
    if (endpoint.openUntil === 0) this.#open(endpoint, now);
  }

  #open(endpoint: Endpoint, now: number): void {
    const longest = this.#options.longestOpenMs ?? LONGEST_OPEN_MS;
    endpoint.openUntil = now + Math.min(OPEN_MS * 2 ** endpoint.openings, longest);
    endpoint.openings++;
  }

  /** The wait until a free slot, after those already waiting, at the pace the endpoint has had so far. */
  #slot(endpoint: Endpoint, now: number): number {
    const perSend = endpoint.meanMs / this.#options.limit;
    endpoint.nextSlotAt = Math.max(endpoint.nextSlotAt, now + endpoint.meanMs) + perSend;
    return Math.ceil(endpoint.nextSlotAt - now);
  }

  /** Adds jitter, so that not all return at once. */
  #spread(waitMs: number): number {
    return Math.ceil(waitMs * (1 + this.#options.random() / 2));
  }

  #endpoint(key: AppKey): Endpoint {
    const known = this.#endpoints.get(key);
    if (known) this.#endpoints.delete(key);
    const endpoint = known ?? {
      inFlight: 0,
      meanMs: ASSUMED_SEND_MS,
      nextSlotAt: 0,
      windowEndsAt: 0,
      sends: 0,
      failures: 0,
      openUntil: 0,
      openings: 0,
      onTrial: false,
    };
    this.#endpoints.set(key, endpoint);
    if (this.#endpoints.size > MAX_ENDPOINTS) this.#forgetOldest();
    return endpoint;
  }

  #forgetOldest(): void {
    for (const [key, endpoint] of this.#endpoints) {
      if (endpoint.inFlight > 0) continue;
      this.#endpoints.delete(key);
      return;
    }
  }
}
