/**
 * Reads that callers share: all who ask in one turn of the event loop get the read that begins at its end. So no answer
 * is older than its question, and however many ask, at most one read per key begins in a turn. What is read must not be
 * changed.
 */
export class SharedReads<T> {
  readonly #read: (key: string) => Promise<T>;
  /** By key: the reads that begin at the end of this turn. */
  readonly #due = new Map<string, Promise<T>>();

  constructor(read: (key: string) => Promise<T>) {
    this.#read = read;
  }

  /** @throws what the read throws: to all who share it, and to no one else. */
  get(key: string): Promise<T> {
    const known = this.#due.get(key);
    if (known !== undefined) return known;
    const due = new Promise<T>((resolve) => {
      setImmediate(() => {
        this.#due.delete(key);
        resolve(this.#read(key));
      });
    });
    this.#due.set(key, due);
    return due;
  }
}
