/** A discrete-event clock: what is planned happens in order of time, as fast as the processor allows. */
export class VirtualTime {
  #now = 0;
  #count = 0;
  /** A heap by time, then by order of planning. */
  readonly #heap: { at: number; nth: number; act: () => void }[] = [];

  get now(): number {
    return this.#now;
  }

  in(ms: number, act: () => void): void {
    this.#heap.push({ at: this.#now + Math.max(0, ms), nth: this.#count++, act });
    let i = this.#heap.length - 1;
    while (i > 0 && this.#before(i, (i - 1) >> 1)) i = this.#swap(i, (i - 1) >> 1);
  }

  /** Runs until nothing is planned before `end`. Promises settle between two events. */
  async run(end: number): Promise<void> {
    while (this.#heap.length > 0 && (this.#heap[0]?.at ?? 0) <= end) {
      const next = this.#pop();
      this.#now = next.at;
      next.act();
      await Promise.resolve();
      await Promise.resolve();
    }
    this.#now = end;
  }

  #pop() {
    const heap = this.#heap;
    const first = heap[0] as (typeof heap)[number];
    const last = heap.pop() as (typeof heap)[number];
    if (heap.length > 0) heap[0] = last;
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < heap.length && this.#before(left, least)) least = left;
      if (right < heap.length && this.#before(right, least)) least = right;
      if (least === i) return first;
      i = this.#swap(i, least);
    }
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    return x !== undefined && y !== undefined && (x.at < y.at || (x.at === y.at && x.nth < y.nth));
  }

  #swap(a: number, b: number): number {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x && y) [this.#heap[a], this.#heap[b]] = [y, x];
    return b;
  }
}
