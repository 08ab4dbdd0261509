/** Items of all requests that are stored together at most. */
const MOST = 200;

/** The same of one app while others are active: a step of theirs waits for a script or two of this one. */
const MOST_BESIDE = 100;

/** Items of one app before the next app has its turn; and what an app with little in flight has at most. */
const SHARE = 20;

/** Groups that are stored at a time: while one waits for the disk, the next is on its way. */
const AT_ONCE = 4;

/** The same of apps with much in flight, while others are active: each app finds a group to join. */
const AT_ONCE_BESIDE = 2;

/** How long an app counts as active after its last item has come in or been taken, ms. */
const ACTIVE_MS = 1000;

/** What one caller wants stored. */
interface Order<T, R> {
  items: readonly T[];
  /** How many are taken, and how many are answered. */
  taken: number;
  answered: number;
  answers: (R | Error)[];
  done: (answers: (R | Error)[]) => void;
}

/** The orders of an app, and how many of their items are not taken. */
interface Waiting<T, R> {
  orders: Order<T, R>[];
  count: number;
}

/** Neighbours of an order. */
interface Taken<T, R> {
  order: Order<T, R>;
  from: number;
  to: number;
}

/** Items that are stored together. A large group is of apps that have much in flight. */
interface Group<T, R> {
  isLarge: boolean;
  taken: Taken<T, R>[];
}

/**
 * Stores what is in flight together, as databases commit transactions in groups: while a group is being stored, all
 * that comes in forms the next. Apps take turns, and those with little in flight have groups of their own, so that a
 * large batch of one delays no other.
 */
export class GroupCommit<T, R> {
  readonly #store: (items: readonly T[]) => Promise<(R | Error)[]>;
  readonly #now: () => number;
  /** By app. */
  readonly #waiting = new Map<string, Waiting<T, R>>();
  /** By app, the one longest ago first: when items of it came in or were taken last. */
  readonly #active = new Map<string, number>();
  readonly #storing = { large: 0, small: 0 };
  #isDue = false;

  /** `store` answers each item in order; an error in place of an answer is that item's own. */
  constructor(store: (items: readonly T[]) => Promise<(R | Error)[]>, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** Stores items of an app, in order; answers each once all of them are stored or have failed. */
  store(app: string, items: readonly T[]): Promise<(R | Error)[]> {
    if (items.length === 0) return Promise.resolve([]);
    this.#noteActive(app);
    return new Promise((done) => {
      const order = { items, taken: 0, answered: 0, answers: new Array<R | Error>(items.length), done };
      const waiting = this.#waiting.get(app);
      if (waiting) {
        waiting.orders.push(order);
        waiting.count += items.length;
      } else {
        this.#waiting.set(app, { orders: [order], count: items.length });
      }
      this.#plan();
    });
  }

  /** Starts a group at the end of this turn of the event loop, so that all requests of the turn are in it. */
  #plan(): void {
    if (this.#isDue || this.#waiting.size === 0 || this.#storing.large + this.#storing.small >= AT_ONCE) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const group = this.#take();
      if (group) void this.#storeGroup(group);
    });
  }

  async #storeGroup({ isLarge, taken }: Group<T, R>): Promise<void> {
    const kind = isLarge ? 'large' : 'small';
    this.#storing[kind] += 1;
    // While this one is on its way, the next may start.
    this.#plan();
    const items: T[] = [];
    for (const { order, from, to } of taken) for (let i = from; i < to; i += 1) items.push(order.items[i] as T);
    const answers = await this.#store(items).catch((error: Error) => items.map(() => error));
    this.#storing[kind] -= 1;
    let next = 0;
    for (const { order, from, to } of taken) {
      for (let i = from; i < to; i += 1) order.answers[i] = answers[next++] as R | Error;
      order.answered += to - from;
      if (order.answered === order.items.length) order.done(order.answers);
    }
    this.#plan();
  }

  /** The next group; undefined while those with much in flight have as many as they may. */
  #take(): Group<T, R> | undefined {
    const isShared = this.#active.size > 1;
    const { large, small } = this.#storing;
    const hasSmall = [...this.#waiting.values()].some(({ count }) => count <= SHARE);
    const hasLarge = [...this.#waiting.values()].some(({ count }) => count > SHARE);
    const mayLarge = hasLarge && (!isShared || large < AT_ONCE_BESIDE);
    if (!hasSmall && !mayLarge) return undefined;
    const isLarge = mayLarge && (!hasSmall || large < small);
    return { isLarge, taken: this.#takeOf(isLarge, isLarge && isShared ? MOST_BESIDE : MOST) };
  }

  /** Takes items of the apps with much in flight, or of the others, in turns. */
  #takeOf(isLarge: boolean, most: number): Group<T, R>['taken'] {
    const taken: Group<T, R>['taken'] = [];
    let left = most;
    const apps = [...this.#waiting].filter(([, { count }]) => count > SHARE === isLarge);
    for (let turn = apps.shift(); turn && left > 0; turn = apps.shift()) {
      const [app, waiting] = turn;
      const { orders } = waiting;
      for (let share = Math.min(SHARE, left); share > 0 && orders.length > 0; ) {
        const order = orders[0] as Order<T, R>;
        const from = order.taken;
        const to = Math.min(order.items.length, from + share);
        taken.push({ order, from, to });
        order.taken = to;
        share -= to - from;
        left -= to - from;
        waiting.count -= to - from;
        if (to === order.items.length) orders.shift();
      }
      this.#noteActive(app);
      // Its next turn comes after those of the others.
      this.#waiting.delete(app);
      if (orders.length === 0) continue;
      this.#waiting.set(app, waiting);
      apps.push(turn);
    }
    return taken;
  }

  /** Notes that an app has items in flight now, and forgets those that have had none for a while. */
  #noteActive(app: string): void {
    const now = this.#now();
    this.#active.delete(app);
    this.#active.set(app, now);
    for (const [other, at] of this.#active) {
      if (now - at < ACTIVE_MS) break;
      this.#active.delete(other);
    }
  }
}
