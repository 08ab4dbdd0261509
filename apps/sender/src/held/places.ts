import { mayTake } from '@fanfare/providers';

/** An app counts as active for this long after it last asked for a place. */
const ACTIVE_MS = 10_000;

/** Where a send goes. Takes a place there, or says that there is none. */
export interface Destination {
  /** Returns how to give the place back, or undefined. */
  enter(): (() => void) | undefined;
}

/** A place for a send: call `leave` once. */
export interface Taken {
  kind: 'taken';
  leave(): void;
}

/** The result of waiting for a place. */
export type Waited = Taken | { kind: 'called_off' };

interface Waiter {
  resolve(taken: Waited): void;
}

interface AppUse {
  id: string;
  inFlight: number;
  /** Those waiting, by destination, in order. */
  queues: Map<Destination, Waiter[]>;
}

/**
 * The sends in flight of one lane, shared fairly between apps: when a place becomes free, the app with the fewest gets
 * it, if its destination has room. Who waits for a slow destination holds up no one else.
 */
export class Places {
  readonly #capacity: number;
  readonly #now: () => number;
  /** Apps with sends in flight or waiting. */
  readonly #apps = new Map<string, AppUse>();
  #free: number;
  /** The app that asked last, and the last one before it that was another. */
  #last: { app: string; at: number } | undefined;
  #other: { app: string; at: number } | undefined;

  constructor(capacity: number, now: () => number) {
    this.#capacity = capacity;
    this.#free = capacity;
    this.#now = now;
  }

  /** Places taken. */
  get inUse(): number {
    return this.#capacity - this.#free;
  }

  /** Resolves once there is a place for the app, here and at the destination; or once it is called off. */
  take(appId: string, to: Destination): Taken | Promise<Waited> {
    this.#see(appId);
    const app = this.#use(appId);
    const queue = app.queues.get(to);
    if (queue) return new Promise((resolve) => queue.push({ resolve }));
    const taken = this.#tryTake(app, to);
    if (taken) return taken;
    return new Promise((resolve) => app.queues.set(to, [{ resolve }]));
  }

  /** Ends the waiting for a destination: nothing is to be sent there now. */
  callOff(appId: string, to: Destination): void {
    const app = this.#apps.get(appId);
    const queue = app?.queues.get(to);
    if (!app || !queue) return;
    app.queues.delete(to);
    this.#forgetIdle(app);
    for (const { resolve } of queue) resolve({ kind: 'called_off' });
  }

  /** Looks for someone who can use a free place: a destination may have got room. */
  #wake(): void {
    while (this.#free > 0 && this.#serveOne());
  }

  #serveOne(): boolean {
    for (const app of this.#waiting()) {
      for (const [to, queue] of app.queues) {
        const taken = this.#tryTake(app, to);
        if (!taken) continue;
        const first = queue.shift();
        app.queues.delete(to);
        // To the end, so that an app's destinations take turns.
        if (queue.length > 0) app.queues.set(to, queue);
        // So that apps with as many in flight take turns.
        if (this.#apps.size > 1) {
          this.#apps.delete(app.id);
          this.#apps.set(app.id, app);
        }
        first?.resolve(taken);
        return true;
      }
    }
    return false;
  }

  /** Apps with sends that wait, those with the fewest in flight first. */
  #waiting(): readonly AppUse[] {
    const waiting: AppUse[] = [];
    for (const app of this.#apps.values()) if (app.queues.size > 0) waiting.push(app);
    return waiting.length > 1 ? waiting.sort((a, b) => a.inFlight - b.inFlight) : waiting;
  }

  #tryTake(app: AppUse, to: Destination): Taken | undefined {
    const { inFlight: mine } = app;
    const isShared = this.#isShared(app.id);
    if (!mayTake({ capacity: this.#capacity, free: this.#free, mine, apps: this.#apps.size, isShared }))
      return undefined;
    const leaveThere = to.enter();
    if (!leaveThere) return undefined;
    this.#free--;
    app.inFlight++;
    const leave = () => {
      leaveThere();
      this.#free++;
      app.inFlight--;
      this.#forgetIdle(app);
      this.#wake();
    };
    return { kind: 'taken', leave };
  }

  #use(id: string): AppUse {
    const known = this.#apps.get(id);
    if (known) return known;
    const app = { id, inFlight: 0, queues: new Map() };
    this.#apps.set(id, app);
    return app;
  }

  #forgetIdle(app: AppUse): void {
    if (app.inFlight === 0 && app.queues.size === 0) this.#apps.delete(app.id);
  }

  #see(app: string): void {
    if (this.#last && this.#last.app !== app) this.#other = this.#last;
    this.#last = { app, at: this.#now() };
  }

  #isShared(app: string): boolean {
    const rival = this.#last?.app === app ? this.#other : this.#last;
    return rival !== undefined && this.#now() - rival.at < ACTIVE_MS;
  }
}
