/**
 * Reads that callers share. While a read is under way, all who ask get the next one; so no answer is older than the
 * question, and however many ask, at most one read per key is under way. What is read must not be changed.
 */
export class SharedReads<T> {
  readonly #read: (key: string) => Promise<T>;
  readonly #running = new Map<string, Promise<T>>();
  readonly #next = new Map<string, Promise<T>>();

  constructor(read: (key: string) => Promise<T>) {
    this.#read = read;
  }

  /** @throws what the read throws: to all who share it, and to no one else. */
  get(key: string): Promise<T> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#start(key);
    const known = this.#next.get(key);
    if (known !== undefined) return known;
    const begin = () => {
      this.#next.delete(key);
      return this.#start(key);
    };
    const next = running.then(begin, begin);
    this.#next.set(key, next);
    return next;
  }

  #start(key: string): Promise<T> {
    const reading = this.#read(key).finally(() => {
      if (this.#running.get(key) === reading) this.#running.delete(key);
    });
    this.#running.set(key, reading);
    return reading;
  }
}
