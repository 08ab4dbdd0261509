import type { LookupAddress } from 'node:dns';
import { LRUCache } from 'lru-cache';
import type { Resolve } from '../tcp/dial.ts';

/** Names looked up at a time. More would wait in libuv, which lets getaddrinfo have two of its four threads. */
const AT_A_TIME = 2;

/** How long a lookup may take before a name's last addresses are used instead, ms. */
const PATIENCE_MS = 250;

/** How long those may be used, ms, and for how many names. */
const KEPT_MS = 600_000;
const MAX_NAMES = 10_000;

/** Failures counted of a name. Beyond these, names take turns, so that one that was down for a day has its turn too. */
const MOST_FAILURES = 5;

/** A lookup that has not begun. */
interface Waiting {
  /** How often the name was looked up in vain since it was last found. */
  failures: number;
  begin(): void;
}

/**
 * Shares the few lookups that a process can make at a time between names, so that names whose servers are silent, which
 * take ten seconds each, keep no other endpoint from being reached. Connections that need the same name share a lookup.
 * Names whose last lookup failed are looked up one at a time, first those that failed least often in a row: they have
 * most likely come back. A name that was found before does not wait for long: its last addresses are used meanwhile.
 */
export class LookupQueue {
  readonly #resolve: Resolve;
  readonly #running = new Map<string, Promise<LookupAddress[]>>();
  readonly #found = new LRUCache<string, LookupAddress[]>({ max: MAX_NAMES, ttl: KEPT_MS });
  readonly #failures = new LRUCache<string, number>({ max: MAX_NAMES });
  readonly #waiting: Waiting[] = [];
  #inUse = 0;
  /** Whether one of those in use is a name whose last lookup failed. */
  #isRetrying = false;

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  /** The addresses of a name. */
  async find(name: string): Promise<LookupAddress[]> {
    const looking = this.#running.get(name) ?? this.#start(name);
    const found = this.#found.get(name);
    return found ? soonOr(looking, found) : looking;
  }

  #start(name: string): Promise<LookupAddress[]> {
    const looking = this.#look(name).finally(() => this.#running.delete(name));
    this.#running.set(name, looking);
    return looking;
  }

  async #look(name: string): Promise<LookupAddress[]> {
    const failures = this.#failures.get(name) ?? 0;
    await new Promise<void>((begin) => {
      this.#waiting.push({ failures, begin });
      this.#next();
    });
    try {
      const addresses = await this.#resolve(name);
      this.#found.set(name, addresses);
      this.#failures.delete(name);
      return addresses;
    } catch (error) {
      this.#failures.set(name, Math.min(failures + 1, MOST_FAILURES));
      throw error;
    } finally {
      this.#inUse--;
      if (failures > 0) this.#isRetrying = false;
      this.#next();
    }
  }

  /** Begins those that may. */
  #next(): void {
    while (this.#inUse < AT_A_TIME) {
      const next = this.#waiting.find(({ failures }) => !(this.#isRetrying && failures > 0));
      if (!next) return;
      this.#begin(next.failures > 0 ? this.#likeliestRetry(next) : next);
    }
  }

  /** The retry that failed least often; of several, the one that has waited longest. */
  #likeliestRetry(first: Waiting): Waiting {
    const retries = this.#waiting.filter(({ failures }) => failures > 0);
    return retries.reduce((best, each) => (each.failures < best.failures ? each : best), first);
  }

  #begin(one: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(one), 1);
    this.#inUse++;
    if (one.failures > 0) this.#isRetrying = true;
    one.begin();
  }
}

/** The result of a lookup, or these addresses if it takes long. */
async function soonOr(looking: Promise<LookupAddress[]>, found: LookupAddress[]): Promise<LookupAddress[]> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<LookupAddress[]>((resolve) => {
    timer = setTimeout(() => resolve(found), PATIENCE_MS);
  });
  // The next connection learns of a failure that comes later.
  looking.catch(() => undefined);
  return Promise.race([looking, patience]).finally(() => clearTimeout(timer));
}
