import { LRUCache } from 'lru-cache';

/** The values of the most recently used keys; an evicted value is passed to `evicted`. */
export class Recent<V extends string | object, K extends string = string> {
  readonly #values: LRUCache<K, V>;

  constructor(capacity: number, evicted: (value: V) => void = () => undefined) {
    this.#values = new LRUCache({ max: capacity, dispose: evicted });
  }

  /** The value of a key, created if missing. */
  get(key: K, make: () => V): V {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = make();
    this.#values.set(key, value);
    return value;
  }

  /** All values, the most recently used first. */
  values(): Iterable<V> {
    return this.#values.values();
  }
}
