import { type AppKey, appKey, type Lane } from '@fanfare/core';
import { OriginPlaces } from '../wire/origin-places.ts';
import { Recent } from '../wire/recent.ts';

/** Half of what fan-out expands at once in a lane: an origin that hangs leaves the other half to the others. */
const AT_ONCE: Record<Lane, number> = { call: 4, chat: 8, bulk: 1 };
/** How soon to retry, in ms, when all slots are taken. */
const BUSY_MS = 50;
/** How long a failing backend is left alone, in ms: twice as long after each failure in a row. */
const SHORTEST_REST_MS = 500;
const LONGEST_REST_MS = 10_000;
/** Beyond these, only the failures of a backend are forgotten. */
const ENDPOINTS = 1000;

/** The result of a request: the backend works, or is to be left alone, for this many ms if it said how long. */
export type Health = { works: true } | { works: false; restMs?: number };

/** Permission for one request; to be returned once, with the result. */
interface Pass {
  kind: 'pass';
  leave(health: Health, now: number): void;
}

/** The app and the origin of its backend. */
export interface Backend {
  appId: string;
  origin: string;
}

/**
 * Keeps one backend that is slow or down from taking capacity from the others: a limit on concurrent requests per
 * origin and lane (a fair share of it per app while apps share the origin), a pause after each failure of an app's
 * backend, and then one request at a time until one succeeds.
 */
export class BackendLimiter {
  readonly #entries = new Recent<Entry, AppKey>(ENDPOINTS);
  readonly #places = new OriginPlaces();

  /** Permission to send a request now, or in how many ms to retry. */
  enter({ appId, origin }: Backend, lane: Lane, now: number): Pass | { kind: 'wait'; waitMs: number } {
    const make = () => ({ inFlight: 0, failures: 0, restUntil: 0 });
    const entry = this.#entries.get(appKey(appId, lane, origin), make);
    if (entry.restUntil > now) return { kind: 'wait', waitMs: entry.restUntil - now };
    if (entry.failures > 0 && entry.inFlight > 0) return { kind: 'wait', waitMs: SHORTEST_REST_MS };
    const place = this.#places.take(appId, `${lane} ${origin}`, AT_ONCE[lane], now);
    if (!place) return { kind: 'wait', waitMs: BUSY_MS };
    entry.inFlight++;
    const leave = (health: Health, at: number): void => {
      place.leave();
      recordHealth(entry, health, at);
    };
    return { kind: 'pass', leave };
  }
}

interface Entry {
  inFlight: number;
  /** Failures in a row. */
  failures: number;
  /** Epoch ms. */
  restUntil: number;
}

function recordHealth(entry: Entry, health: Health, now: number): void {
  entry.inFlight--;
  if (health.works) {
    entry.failures = 0;
    return;
  }
  const restMs = health.restMs ?? Math.min(LONGEST_REST_MS, SHORTEST_REST_MS * 2 ** entry.failures);
  entry.failures++;
  entry.restUntil = Math.max(entry.restUntil, now + restMs);
}
