import type { Lane } from '@fanfare/core';
import { Recent } from '../wire/recent.ts';

/** Half of what fan-out expands at once in a lane: a backend that hangs leaves the other half to the other apps. */
const AT_ONCE: Record<Lane, number> = { call: 4, chat: 8, bulk: 1 };
/** How soon to come back, in ms, when all places are taken. */
const BUSY_MS = 50;
/** How long a backend that fails is left alone, in ms: twice as long after each failure in a row. */
const SHORTEST_REST_MS = 500;
const LONGEST_REST_MS = 10_000;
/** What is forgotten beyond these is only that a backend has failed. */
const ENDPOINTS = 1000;

/** How a request went: the backend works, or is to be left alone, for so many ms when it said how long. */
export type Health = { works: true } | { works: false; restMs?: number };

/** Leave to ask; to be given back once, with how it went. */
interface Pass {
  kind: 'pass';
  leave(health: Health, now: number): void;
}

/**
 * Sees to it that one backend that is slow or down takes no capacity from the others: a bounded number of requests at
 * once per URL and lane, a rest after each failure, and then one request at a time until one succeeds.
 */
export class BackendLimiter {
  readonly #entries = new Recent<Entry>(ENDPOINTS);

  /** Leave to ask now, or in how many ms to come back. */
  enter(url: string, lane: Lane, now: number): Pass | { kind: 'wait'; waitMs: number } {
    const entry = this.#entries.get(`${lane} ${url}`, () => ({ inFlight: 0, failures: 0, restUntil: 0 }));
    if (entry.restUntil > now) return { kind: 'wait', waitMs: entry.restUntil - now };
    const failing = entry.failures > 0;
    if (entry.inFlight >= (failing ? 1 : AT_ONCE[lane])) {
      return { kind: 'wait', waitMs: failing ? SHORTEST_REST_MS : BUSY_MS };
    }
    entry.inFlight++;
    return { kind: 'pass', leave: (health, at) => note(entry, health, at) };
  }
}

interface Entry {
  inFlight: number;
  /** In a row. */
  failures: number;
  /** Epoch ms. */
  restUntil: number;
}

function note(entry: Entry, health: Health, now: number): void {
  entry.inFlight--;
  if (health.works) {
    entry.failures = 0;
    return;
  }
  const restMs = health.restMs ?? Math.min(LONGEST_REST_MS, SHORTEST_REST_MS * 2 ** entry.failures);
  entry.failures++;
  entry.restUntil = Math.max(entry.restUntil, now + restMs);
}
