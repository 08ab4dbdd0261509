import { LRUCache } from 'lru-cache';

/**
 * Caches what is read, within a total size; evicts the least recently used. Those who ask while it is read wait for the
 * same read. What is not there, or could not be read, is read again. (The cache's own `fetch` makes an AbortController
 * and several promises for each read, which cost 5 µs; most 1:1 messages are read once.)
 */
export class ReadOnce<Value extends object> {
  readonly #kept: LRUCache<string, Value>;
  readonly #reading = new Map<string, Promise<Value | undefined>>();

  constructor(options: { max?: number; maxSize: number; sizeCalculation(value: Value): number }) {
    this.#kept = new LRUCache(options);
  }

  /** What is kept under a key, or else what `read` returns. */
  get(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const kept = this.#kept.get(key);
    if (kept) return Promise.resolve(kept);
    const known = this.#reading.get(key);
    if (known !== undefined) return known;
    const reading = this.#read(key, read);
    this.#reading.set(key, reading);
    return reading;
  }

  /** Has it read again. */
  delete(key: string): void {
    this.#kept.delete(key);
  }

  async #read(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    try {
      const value = await read();
      if (value) this.#kept.set(key, value);
      return value;
    } finally {
      this.#reading.delete(key);
    }
  }
}
