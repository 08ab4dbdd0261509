/** Items of all requests that are stored together at most. */
const MOST = 200;

/** Of one app, before the next has its turn. */
const SHARE = 20;

/** Groups that are stored at a time: while one waits for the disk, the next is on its way. */
const AT_ONCE = 4;

/** What one caller wants stored. */
interface Order<T, R> {
  items: readonly T[];
  /** How many are taken, and how many are answered. */
  taken: number;
  answered: number;
  answers: (R | Error)[];
  done: (answers: (R | Error)[]) => void;
}

/**
 * Stores what is in flight together, as databases commit transactions in groups: while a group is being stored, all
 * that comes in forms the next. Apps take turns, so that a large batch of one delays no other.
 */
export class GroupCommit<T, R> {
  readonly #store: (items: readonly T[]) => Promise<(R | Error)[]>;
  /** By app. */
  readonly #waiting = new Map<string, Order<T, R>[]>();
  #storing = 0;
  #isDue = false;

  /** `store` answers each item in order; an error in place of an answer is that item's own. */
  constructor(store: (items: readonly T[]) => Promise<(R | Error)[]>) {
    this.#store = store;
  }

  /** Stores items of an app, in order; answers each once all of them are stored or have failed. */
  store(app: string, items: readonly T[]): Promise<(R | Error)[]> {
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((done) => {
      const order = { items, taken: 0, answered: 0, answers: new Array<R | Error>(items.length), done };
      const others = this.#waiting.get(app);
      if (others) others.push(order);
      else this.#waiting.set(app, [order]);
      this.#plan();
    });
  }

  /** Starts a group at the end of this turn of the event loop, so that all requests of the turn are in it. */
  #plan(): void {
    if (this.#isDue || this.#storing >= AT_ONCE || this.#waiting.size === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      void this.#storeNext();
    });
  }

  async #storeNext(): Promise<void> {
    this.#storing += 1;
    const taken = this.#take();
    // While this one is on its way, the next may start.
    this.#plan();
    const items = taken.map(({ order, at }) => order.items[at] as T);
    const answers = await this.#store(items).catch((error: Error) => items.map(() => error));
    this.#storing -= 1;
    for (const [i, { order, at }] of taken.entries()) {
      order.answers[at] = answers[i] as R | Error;
      order.answered += 1;
      if (order.answered === order.items.length) order.done(order.answers);
    }
    this.#plan();
  }

  #take(): { order: Order<T, R>; at: number }[] {
    const taken: { order: Order<T, R>; at: number }[] = [];
    while (taken.length < MOST && this.#waiting.size > 0) {
      const [app, orders] = this.#waiting.entries().next().value as [string, Order<T, R>[]];
      this.#waiting.delete(app);
      for (let n = 0; n < SHARE && taken.length < MOST && orders.length > 0; n += 1) {
        const order = orders[0] as Order<T, R>;
        taken.push({ order, at: order.taken });
        order.taken += 1;
        if (order.taken === order.items.length) orders.shift();
      }
      // Its next turn comes after those of the others.
      if (orders.length > 0) this.#waiting.set(app, orders);
    }
    return taken;
  }
}
