import { RecentMap } from '../recent-map.ts';
import type { Fate } from './answer.ts';

/** Exact, whatever was forgotten, save for what `forgotten` says. */
export interface Counts {
  /** All requests: answered + hung + reset + abandoned + waiting. */
  received: number;
  /** By HTTP status. */
  answered: Record<string, number>;
  /** Not answered yet, but will be. */
  waiting: number;
  hung: number;
  reset: number;
  /** The caller left before it was answered. */
  abandoned: number;
  /** Recipients, of requests that passed the checks; too many when some were forgotten. */
  uids: number;
  /** 2xx answers beyond the first to the same uid, tag and sentAt; too few when some were forgotten. */
  acceptedTwice: number;
  /** What no longer fits into memory. */
  forgotten: { requests: number; uids: number; deliveries: number };
  /** Requests per recipient, of those that passed the checks, when asked for. */
  byUid?: Record<string, number>;
}

/** Counts what happens at one endpoint. */
export class Tally {
  #received = 0;
  #acceptedTwice = 0;
  readonly #answered = new Map<number, number>();
  readonly #unanswered = { hung: 0, reset: 0, abandoned: 0 };
  readonly #uids: RecentMap<string, number>;
  readonly #accepted: RecentMap<string, true>;

  /** `capacity`: how many uids, and how many accepted deliveries, are known again. */
  constructor(capacity: number) {
    this.#uids = new RecentMap(capacity);
    this.#accepted = new RecentMap(capacity);
  }

  /** `uid` when it passed the checks. */
  received(uid: string | undefined): void {
    this.#received += 1;
    if (uid !== undefined) this.#uids.set(uid, (this.#uids.get(uid) ?? 0) + 1);
  }

  /** `delivery` when it passed the checks and says which delivery it is. */
  settled(fate: Fate, delivery: string | undefined): void {
    if (typeof fate !== 'number') {
      this.#unanswered[fate] += 1;
      return;
    }
    this.#answered.set(fate, (this.#answered.get(fate) ?? 0) + 1);
    if (delivery === undefined || fate > 299) return;
    if (this.#accepted.get(delivery)) this.#acceptedTwice += 1;
    this.#accepted.set(delivery, true);
  }

  counts(forgottenRequests: number): Counts {
    const { hung, reset, abandoned } = this.#unanswered;
    const answered = [...this.#answered.values()].reduce((sum, n) => sum + n, 0);
    return {
      received: this.#received,
      answered: Object.fromEntries(this.#answered),
      waiting: this.#received - answered - hung - reset - abandoned,
      hung,
      reset,
      abandoned,
      uids: this.#uids.size + this.#uids.forgotten,
      acceptedTwice: this.#acceptedTwice,
      forgotten: {
        requests: forgottenRequests,
        uids: this.#uids.forgotten,
        deliveries: this.#accepted.forgotten,
      },
    };
  }

  byUid(): Record<string, number> {
    return Object.fromEntries(this.#uids.entries());
  }
}
