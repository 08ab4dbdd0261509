import { type AppKey, appKey } from '@fanfare/core';
import { OriginPlaces } from '@fanfare/providers';

/** What a gate is set to. Times in ms. */
export interface GateOptions {
  /** Sends one endpoint of an app, or one origin over all apps, may have in flight. */
  limit: number;
  /** The longest an endpoint is left alone; a minute by default. Calls cannot wait so long. */
  longestOpenMs?: number;
  now(): number;
  /** In [0, 1). */
  random(): number;
}

/**
 * How a send went, for the gate: `refused` says that every other one would go the same way, `unsent` says nothing of the
 * endpoint.
 */
export type SendHealth = 'fine' | 'failed' | 'refused' | 'unsent';

/** What is sent to: an endpoint or a credential of an app. */
export interface Entrance {
  appId: string;
  name: string;
  /** Of a webhook, whose origin other apps may have as well: one app may then take half of its limit. */
  origin?: string;
}

/** Admission of one send: call `left` when it is over, or wait and come back. */
export type Admission = { ok: true; left(verdict: SendHealth): void } | { ok: false; waitMs: number };

/**
 * The breaker opens when at least half of at least so many sends in a window have failed
 * (docs/rules/delivery.md#breaker).
 */
const WINDOW_MS = 10_000;
const MIN_SENDS = 20;
const MAX_FAILED = 0.5;

/** How long it stays open: doubled each time a trial fails, up to the longest. */
const OPEN_MS = 5000;
const LONGEST_OPEN_MS = 60_000;

/** What a send takes as long as none has been measured. */
const ASSUMED_SEND_MS = 100;

/**
 * Endpoints remembered. The least recently used go first, but never one with sends in flight, whose limit would be
 * forgotten with it; lru-cache cannot hold such entries back.
 */
const MAX_ENDPOINTS = 10_000;

/** Of a credential: its origin is the push service, which takes as much as all apps have to send. */
const NO_PLACE = { leave: () => undefined };

interface Endpoint {
  inFlight: number;
  /** Mean time of a send, newer ones weighing more. */
  meanMs: number;
  /** When the next send that has to wait may come back. */
  nextSlotAt: number;
  windowEndsAt: number;
  sends: number;
  failures: number;
  /** Open until then; 0 when closed. Past it one trial is let through. */
  openUntil: number;
  openings: number;
  onTrial: boolean;
}

/**
 * Keeps one slow or dead endpoint, or a credential that is refused, from taking the sender's hands from all others: it
 * has a limit of its own, and once most of its sends fail, or one is refused for all, it is left alone for a while. Both
 * are counted per app: what one app sends to a URL says nothing of another app's sends to it. A send that is turned away
 * gets a slot in which there should be room, one after the other, so that waiting deliveries are not polled. Per process.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #endpoints = new Map<AppKey, Endpoint>();
  readonly #places = new OriginPlaces();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Asks to send to an endpoint now. */
  enter({ appId, name, origin }: Entrance): Admission {
    const endpoint = this.#endpoint(appKey(appId, name));
    const { now: clock, limit } = this.#options;
    const now = clock();
    if (endpoint.openUntil > now) return { ok: false, waitMs: this.#spread(endpoint.openUntil - now) };
    const trial = endpoint.openUntil > 0;
    const isFull = trial ? endpoint.onTrial : endpoint.inFlight >= limit;
    const place = isFull ? undefined : origin === undefined ? NO_PLACE : this.#places.take(appId, origin, limit, now);
    if (!place) return { ok: false, waitMs: this.#slot(endpoint, now) };
    if (trial) endpoint.onTrial = true;
    endpoint.inFlight++;
    const left = (verdict: SendHealth): void => {
      place.leave();
      this.#leave(endpoint, now, trial, verdict);
    };
    return { ok: true, left };
  }

  #leave(endpoint: Endpoint, since: number, trial: boolean, verdict: SendHealth): void {
    const now = this.#options.now();
    endpoint.inFlight--;
    if (verdict === 'unsent') {
      if (trial) endpoint.onTrial = false;
      return;
    }
    endpoint.meanMs += (now - since - endpoint.meanMs) / 8;
    if (trial) this.#endTrial(endpoint, now, verdict !== 'fine');
    else if (verdict === 'refused') this.#openOnce(endpoint, now);
    else this.#count(endpoint, now, verdict === 'failed');
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

  /** Sends that were under way when it tryDecrypt say nothing new. */
  #openOnce(endpoint: Endpoint, now: number): void {
    if (endpoint.openUntil === 0) this.#open(endpoint, now);
  }

  #open(endpoint: Endpoint, now: number): void {
    const longest = this.#options.longestOpenMs ?? LONGEST_OPEN_MS;
    endpoint.openUntil = now + Math.min(OPEN_MS * 2 ** endpoint.openings, longest);
    endpoint.openings++;
  }

  /** The wait until a slot of its own: the others who wait are served first, as fast as the endpoint has been. */
  #slot(endpoint: Endpoint, now: number): number {
    const perSend = endpoint.meanMs / this.#options.limit;
    endpoint.nextSlotAt = Math.max(endpoint.nextSlotAt, now + endpoint.meanMs) + perSend;
    return Math.ceil(endpoint.nextSlotAt - now);
  }

  /** A little later than asked, so that not all come back at once. */
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
