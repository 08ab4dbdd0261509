/** The values of the most recently used keys; what makes room is handed to `evicted`. */
export class Recent<V> {
  readonly #capacity: number;
  readonly #evicted: (value: V) => void;
  readonly #values = new Map<string, V>();

  constructor(capacity: number, evicted: (value: V) => void = () => undefined) {
    this.#capacity = capacity;
    this.#evicted = evicted;
  }

  /** The value of a key, made when there is none. */
  get(key: string, make: () => V): V {
    const known = this.#values.get(key);
    const value = known ?? make();
    // Touching the map only when the key is not the newest would need a look at its end, which a Map does not offer.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#capacity) this.#evict();
    return value;
  }

  /** All values, the least recently used first. */
  values(): Iterable<V> {
    return this.#values.values();
  }

  #evict(): void {
    const [oldest] = this.#values;
    if (oldest === undefined) return;
    this.#values.delete(oldest[0]);
    this.#evicted(oldest[1]);
  }
}
