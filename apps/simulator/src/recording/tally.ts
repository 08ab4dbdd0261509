import type { Fate } from '../exchange/perform.ts';
import { RecentMap } from '../recent-map.ts';

/** Exact even after requests are forgotten, except that `acceptedTwice` is too low if deliveries were. */
export interface Totals {
  /** All requests: answered + hung + reset + abandoned + waiting. */
  received: number;
  /** By HTTP status. */
  answered: Record<string, number>;
  /** Not answered yet. */
  waiting: number;
  hung: number;
  reset: number;
  /** The caller disconnected before the answer. */
  abandoned: number;
  /** 2xx answers beyond the first to the same delivery. */
  acceptedTwice: number;
}

/** How one request ended. */
export interface Ending {
  fate: Fate;
  /** Set if the request passed the checks and identifies its delivery. */
  delivery?: string | undefined;
  /** The service's code for a refusal. */
  reason?: string | undefined;
}

/** Counts the requests of one receiver. The addressee of a request is a uid or a push token. */
export class Tally {
  #received = 0;
  #acceptedTwice = 0;
  readonly #answered = new Map<number, number>();
  readonly #reasons = new Map<string, number>();
  readonly #unanswered = { hung: 0, reset: 0, abandoned: 0 };
  readonly #addressees: RecentMap<string, number>;
  readonly #accepted: RecentMap<string, true>;

  /** `capacity`: the number of addressees, and of accepted deliveries, to remember. */
  constructor(capacity: number) {
    this.#addressees = new RecentMap(capacity);
    this.#accepted = new RecentMap(capacity);
  }

  received(addressee: string | undefined): void {
    this.#received += 1;
    if (addressee !== undefined) this.#addressees.set(addressee, (this.#addressees.get(addressee) ?? 0) + 1);
  }

  settled({ fate, delivery, reason }: Ending): void {
    if (typeof fate !== 'number') {
      this.#unanswered[fate] += 1;
      return;
    }
    addOne(this.#answered, fate);
    if (reason !== undefined) addOne(this.#reasons, reason);
    if (delivery === undefined || fate > 299) return;
    if (this.#accepted.get(delivery)) this.#acceptedTwice += 1;
    this.#accepted.set(delivery, true);
  }

  totals(): Totals {
    const { hung, reset, abandoned } = this.#unanswered;
    const answered = [...this.#answered.values()].reduce((sum, n) => sum + n, 0);
    return {
      received: this.#received,
      answered: Object.fromEntries(this.#answered),
      waiting: this.#received - answered - hung - reset - abandoned,
      hung,
      reset,
      abandoned,
      acceptedTwice: this.#acceptedTwice,
    };
  }

  /** The number of answers with each reason. */
  reasons(): Record<string, number> {
    return Object.fromEntries(this.#reasons);
  }

  /** The number of addressees; too high if some were forgotten and came again. */
  get addressees(): number {
    return this.#addressees.size + this.#addressees.forgotten;
  }

  /** The number of requests of each remembered addressee. */
  byAddressee(): Record<string, number> {
    return Object.fromEntries(this.#addressees.entries());
  }

  get forgotten(): { addressees: number; deliveries: number } {
    return { addressees: this.#addressees.forgotten, deliveries: this.#accepted.forgotten };
  }
}

const addOne = <Key>(counts: Map<Key, number>, key: Key): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
