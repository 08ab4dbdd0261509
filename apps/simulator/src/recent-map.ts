/**
 * A map of bounded size that forgets what was set longest ago. It keeps two generations and drops the older one as a
 * whole when the younger is full, so every operation takes constant time; a Map that keeps deleting its first key does
 * not. Not lru-cache, which allocates its whole capacity at once: each of 256 endpoints may remember a million
 * addressees.
 */
export class RecentMap<Key, Value> {
  readonly #half: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #forgotten = 0;

  /** Remembers at most `capacity` keys (2 or more), and at least the half set most recently. */
  constructor(capacity: number) {
    this.#half = Math.floor(capacity / 2);
  }

  get(key: Key): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: Key, value: Value): void {
    if (!this.#young.has(key)) {
      this.#old.delete(key);
      if (this.#young.size === this.#half) this.#age();
    }
    this.#young.set(key, value);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The number of keys dropped; one set again counts again. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The remembered entries, the older half first. */
  *entries(): Generator<[Key, Value]> {
    yield* this.#old;
    yield* this.#young;
  }

  #age(): void {
    this.#forgotten += this.#old.size;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
