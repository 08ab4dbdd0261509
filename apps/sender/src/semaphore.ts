import { LANES, type Lane, PROVIDER_KINDS, type ProviderKind } from '@fanfare/core';

/** Admits a fixed number at a time, the others in order. */
export class Semaphore {
  readonly #places: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  #next = 0;

  constructor(places: number) {
    this.#places = places;
    this.#free = places;
  }

  /** Places taken. */
  get inUse(): number {
    return this.#places - this.#free;
  }

  /** Resolves once there is a place, which is the caller's until `release`. */
  take(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the place to the next one waiting. */
  release(): void {
    const next = this.#waiting[this.#next];
    if (!next) {
      this.#free++;
      return;
    }
    this.#next++;
    if (this.#next > 1000 || this.#next === this.#waiting.length) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    next();
  }
}

/** Places for sends, by provider and lane: however many shards there are, and however large the packs. */
export const sendPlaces = (places: Record<Lane, number>): Record<ProviderKind, Record<Lane, Semaphore>> =>
  byName(PROVIDER_KINDS, () => byName(LANES, (lane) => new Semaphore(places[lane])));

const byName = <K extends string, V>(names: readonly K[], make: (name: K) => V): Record<K, V> =>
  Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, V>;
