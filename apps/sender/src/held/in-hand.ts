import { mayTake } from '@fanfare/providers';

/** Deliveries that are sent within this time, at the app's pace, need not be held, ms. What takes longer is slow. */
export const SOON_MS = 250;

/** The assumed duration of a send until one has been measured, ms. */
const ASSUMED_SEND_MS = 20;

/** How much of the mean one send counts for. */
const NEW_SHARE = 1 / 8;

/** How long released deliveries count as on their way, ms. */
const ON_THEIR_WAY_MS = 500;

/** The same while the app has less in hand than may be in flight: its places are idle meanwhile. */
const ON_THEIR_WAY_IDLE_MS = 100;

/** How long a gate counts as one that deliveries are held for, ms, unless it is noted again: others may empty it. */
const WAITING_MS = 60_000;

/** Apps whose pace is remembered. */
const MAX_APPS = 10_000;

interface AppHand {
  count: number;
  inFlight: number;
  /** When those in flight began, added up. */
  begunAt: number;
  meanMs: number;
  /** Sends that began before this say nothing about the pace now. */
  pacedFrom: number;
  /** Deliveries released that may still come here: they are taken, since they have been found room for. */
  expected: number;
  expectedFrom: number;
  /** Those of them that count as on their way. */
  onTheirWay: number;
  releasedAt: number;
  /** Gates that others of its deliveries are held for, and until when that counts. */
  waiting: Map<string, number>;
}

/**
 * The deliveries of one lane that this process has in hand, in flight or waiting. They are shared fairly between apps,
 * so that there is always room to take the next app's job: what an app has too much of is held, unless it is sent soon
 * anyway.
 */
export class InHand {
  readonly #capacity: number;
  readonly #now: () => number;
  readonly #apps = new Map<string, AppHand>();
  #total = 0;
  #active = 0;

  constructor(capacity: number, now: () => number) {
    this.#capacity = capacity;
    this.#now = now;
  }

  /** Takes deliveries of an app in hand, unless it has too many. `released`: they were held before. */
  take(appId: string, count: number, released: boolean): boolean {
    const app = this.#app(appId);
    const isExpected = released && app.expected > 0;
    if (released) {
      app.expected = Math.max(0, app.expected - count);
      app.onTheirWay = Math.max(0, app.onTheirWay - count);
    }
    if (count === 0) return true;
    // Those that were released have been found room for; if they were held again, they would come and go.
    if (!isExpected && !this.#hasRoom(app, count)) return false;
    if (app.count === 0) this.#active++;
    app.count += count;
    this.#total += count;
    return true;
  }

  /** So many of them are done with. */
  drop(appId: string, count: number): void {
    if (count === 0) return;
    const app = this.#app(appId);
    app.count -= count;
    this.#total -= count;
    if (app.count === 0) this.#active--;
  }

  /** One is being sent; call the result when it ends. */
  send(appId: string): () => void {
    const app = this.#app(appId);
    const since = this.#now();
    app.inFlight++;
    app.begunAt += since;
    return () => {
      app.inFlight--;
      app.begunAt -= since;
      if (since >= app.pacedFrom) app.meanMs += (this.#now() - since - app.meanMs) * NEW_SHARE;
    };
  }

  /** Whether a single send of an app takes long. */
  isSlow(appId: string): boolean {
    return this.#sendMs(this.#app(appId)) > SOON_MS;
  }

  /** Its endpoint answers again: what was sent before then says nothing about its pace. */
  forgetPace(appId: string): void {
    const app = this.#app(appId);
    app.meanMs = ASSUMED_SEND_MS;
    app.pacedFrom = this.#now();
  }

  /** How many held deliveries of an app to release, so that it always has some waiting. `window`: sends in flight. */
  wants(appId: string, window: number): number {
    const app = this.#app(appId);
    // Others may have taken what is late.
    const patienceMs = app.count < window ? ON_THEIR_WAY_IDLE_MS : ON_THEIR_WAY_MS;
    if (this.#now() - app.releasedAt >= patienceMs) app.onTheirWay = 0;
    const soon = this.#sentSoon(app, window);
    const fair = Math.max(1, Math.floor(this.#capacity / (this.#active + 2)));
    const wanted = Math.max(fair, Math.min(4 * window, window + soon));
    const has = app.count + app.onTheirWay;
    // What is sent soon, and its share.
    let missing = Math.max(0, Math.min(wanted, soon) - has);
    while (missing < wanted - has && this.#isFair(app, has + missing, 1)) missing++;
    // In batches, unless it has next to nothing.
    return missing >= (has + missing) / 4 ? missing : 0;
  }

  /** Notes whether deliveries of an app are held for a gate of a shard: they come before new ones. */
  othersWait(appId: string, at: { shard: number; gateId: string }, wait: boolean): void {
    const { waiting } = this.#app(appId);
    const id = `${at.shard} ${at.gateId}`;
    if (wait) waiting.set(id, this.#now() + WAITING_MS);
    else waiting.delete(id);
  }

  /** Notes that deliveries of an app were released and come back as jobs. */
  expect(appId: string, count: number): void {
    const app = this.#app(appId);
    const now = this.#now();
    // Other senders may take them: those do not count for longer because more are released.
    if (app.expected === 0 || now - app.expectedFrom >= ON_THEIR_WAY_MS) {
      Object.assign(app, { expected: 0, expectedFrom: now, onTheirWay: 0 });
    }
    if (app.onTheirWay === 0) app.releasedAt = now;
    app.expected += count;
    app.onTheirWay += count;
  }

  #hasRoom(app: AppHand, count: number): boolean {
    if (app.count === 0) return true;
    // The last quarter is for those that are held: new ones must not take all the room that they wait for.
    const has = this.#doOthersWait(app) ? Math.floor((4 * app.count) / 3) : app.count;
    return has - app.inFlight + count <= this.#sentSoon(app, app.inFlight) || this.#isFair(app, has, count);
  }

  #doOthersWait({ waiting }: AppHand): boolean {
    for (const [id, until] of waiting) {
      if (until > this.#now()) return true;
      waiting.delete(id);
    }
    return false;
  }

  /** Whether an app takes no more than its share with `more`, if it has so many in hand. */
  #isFair(app: AppHand, has: number, more: number): boolean {
    const free = this.#capacity - (this.#total - app.count + has) - (more - 1);
    const apps = this.#active + (app.count === 0 ? 1 : 0);
    return mayTake({ capacity: this.#capacity, free, mine: has, apps, isShared: apps > 1 });
  }

  /** How many of its deliveries are sent soon at its pace, with so many in flight. */
  #sentSoon(app: AppHand, inFlight: number): number {
    return Math.floor((Math.max(1, inFlight) * SOON_MS) / Math.max(1, this.#sendMs(app)));
  }

  /** How long a send of an app takes: as the last ones did, but no less than those in flight have taken so far. */
  #sendMs({ meanMs, inFlight, begunAt, pacedFrom }: AppHand): number {
    return inFlight === 0 ? meanMs : Math.max(meanMs, this.#now() - Math.max(begunAt / inFlight, pacedFrom));
  }

  #app(id: string): AppHand {
    const known = this.#apps.get(id);
    if (known) return known;
    const app = {
      count: 0,
      inFlight: 0,
      begunAt: 0,
      meanMs: ASSUMED_SEND_MS,
      pacedFrom: 0,
      expected: 0,
      expectedFrom: 0,
      onTheirWay: 0,
      releasedAt: 0,
      waiting: new Map<string, number>(),
    };
    this.#apps.set(id, app);
    if (this.#apps.size > MAX_APPS) this.#forgetIdle();
    return app;
  }

  #forgetIdle(): void {
    for (const [id, { count, inFlight }] of this.#apps) {
      if (count + inFlight > 0) continue;
      this.#apps.delete(id);
      return;
    }
  }
}
