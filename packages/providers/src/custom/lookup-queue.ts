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

/**
 * Shares the few lookups that a process can make at a time between names, so that names whose servers are silent, which
 * take ten seconds each, keep no other endpoint from being reached. Connections that need the same name share a lookup.
 * Names whose last lookup failed take turns among themselves, one at a time. A name that was found before does not wait
 * for long: its last addresses are used meanwhile.
 */
export class LookupQueue {
  readonly #resolve: Resolve;
  readonly #running = new Map<string, Promise<LookupAddress[]>>();
  readonly #found = new LRUCache<string, LookupAddress[]>({ max: MAX_NAMES, ttl: KEPT_MS });
  readonly #failed = new LRUCache<string, true>({ max: MAX_NAMES });
  readonly #waiting: { name: string; begin(): void }[] = [];
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
    const isRetry = this.#failed.has(name);
    await new Promise<void>((begin) => {
      this.#waiting.push({ name, begin });
      this.#next();
    });
    try {
      const addresses = await this.#resolve(name);
      this.#found.set(name, addresses);
      this.#failed.delete(name);
      return addresses;
    } catch (error) {
      this.#failed.set(name, true);
      throw error;
    } finally {
      this.#inUse--;
      if (isRetry) this.#isRetrying = false;
      this.#next();
    }
  }

  /** Begins those that may. */
  #next(): void {
    while (this.#inUse < AT_A_TIME) {
      const isRetry = ({ name }: { name: string }) => this.#failed.has(name);
      const at = this.#waiting.findIndex((each) => !(this.#isRetrying && isRetry(each)));
      const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
      if (!next) return;
      this.#inUse++;
      if (isRetry(next)) this.#isRetrying = true;
      next.begin();
    }
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
