/** What an app may have of what it shares with others: an equal part within these bounds. */
interface Share {
  inAll: number;
  least: number;
  most: number;
}

/** The limits of one lane. `ready` is absent for calls, which never wait. */
export interface ModelLimits {
  /** How many shards they are divided by; `least` is that of each. Default: 1. */
  shards?: number;
  admitted: Share;
  ready?: Share | undefined;
  retryingMost: number;
  assumedSize: number;
  lowWater: number;
  refillAt: number;
}

interface ModelEvent {
  key: string;
  app: string;
  receivedAt: number;
  /** Neither: it is fully planned, or is left to its job while it waits for something else. */
  state: 'admitted' | 'waiting' | 'neither';
}

/**
 * The rules of admission without Redis, for one lane of one shard: no clock, no I/O. A test of `packages/ledger` holds
 * it to the Lua scripts, step by step; simulations use it in their place. Methods return the keys of the events that
 * are admitted.
 */
export class AdmissionModel {
  readonly #limits: ModelLimits;
  readonly #events = new Map<string, ModelEvent>();
  /** By app. */
  readonly #admitted = new Map<string, number>();
  readonly #waiting = new Map<string, ModelEvent[]>();
  readonly #sizes = new Map<string, number>();
  /** By app and provider. */
  readonly #ready = new Map<string, number>();
  readonly #retrying = new Map<string, number>();

  constructor(limits: ModelLimits) {
    this.#limits = limits;
  }

  /** The apps whose events wait. */
  get waitingApps(): string[] {
    return [...this.#waiting.keys()];
  }

  admittedOf(app: string): number {
    return this.#admitted.get(app) ?? 0;
  }

  waitingOf(app: string): number {
    return this.#waiting.get(app)?.length ?? 0;
  }

  readyOf(app: string, provider: string): number {
    return this.#ready.get(fieldOf(app, provider)) ?? 0;
  }

  /** New events of an app that come together: those that there is room for are admitted, the others wait. */
  accept(app: string, events: readonly { key: string; receivedAt: number }[]): string[] {
    const room = this.#waiting.has(app) ? 0 : this.#placesFor(app);
    const all = events.map((event): ModelEvent => ({ ...event, app, state: 'waiting' }));
    for (const event of all) this.#events.set(event.key, event);
    const admitted = all.slice(0, Math.max(0, room));
    for (const event of admitted) this.#admit(event);
    for (const event of all.slice(admitted.length)) this.#wait(event);
    return admitted.map(({ key }) => key);
  }

  /** So many more deliveries of an app are ready with a provider, or fewer. */
  countReady(app: string, provider: string, change: number): void {
    count(this.#ready, fieldOf(app, provider), change);
  }

  /** The same of those that wait to be retried. */
  countRetrying(app: string, provider: string, change: number): void {
    count(this.#retrying, fieldOf(app, provider), change);
  }

  /** The last slice of an event is planned; it has so many deliveries. */
  finishPlanning(key: string, deliveries: number): string[] {
    const event = this.#of(key);
    const { app } = event;
    if (this.#waiting.has(app)) {
      const before = this.#sizes.get(app) ?? deliveries;
      this.#sizes.set(app, Math.floor((3 * before + deliveries) / 4));
    }
    this.#leave(event);
    return this.#wake(app, 1);
  }

  /** An event waits for something other than fan-out, and keeps its job. */
  stepAside(key: string): string[] {
    const event = this.#of(key);
    this.#leave(event);
    return this.#wake(event.app, 1);
  }

  /** Whether no slice of the app's events may be planned now. */
  isLoaded(app: string): boolean {
    return this.#load(app, 1).isLoaded;
  }

  /** Puts an event whose job has ended back into its app's list, unless there is room by now. */
  park(key: string): 'parked' | 'room' {
    const event = this.#of(key);
    if (event.state === 'waiting') return 'parked';
    if (!this.isLoaded(event.app)) return 'room';
    this.#leave(event);
    this.#wait(event);
    return 'parked';
  }

  /** Deliveries of an app were sent or held: it goes on once it has few enough left. */
  admitWaiting(app: string): string[] {
    return this.#wake(app, this.#limits.lowWater);
  }

  /** The sweeper looks at apps whose events wait. */
  wakeWaiting(apps: readonly string[] = this.waitingApps): string[] {
    return apps.flatMap((app) => this.#wake(app, 1));
  }

  #wake(app: string, share: number): string[] {
    const woken: string[] = [];
    const list = this.#waiting.get(app);
    if (!list) return woken;
    const admitted = this.admittedOf(app);
    if (admitted > this.#limits.refillAt * (admitted + this.#placesFor(app))) return woken;
    const { isLoaded, room } = this.#load(app, share);
    if (isLoaded) return woken;
    const size = this.#sizes.get(app) ?? this.#limits.assumedSize;
    while (this.#placesFor(app) > 0 && (this.admittedOf(app) === 0 || (this.admittedOf(app) + 1) * size <= room)) {
      const event = list.shift();
      if (!event) break;
      this.#admit(event);
      woken.push(event.key);
    }
    if (list.length === 0) {
      this.#waiting.delete(app);
      this.#sizes.delete(app);
    }
    return woken;
  }

  #load(app: string, share: number): { isLoaded: boolean; room: number } {
    const { ready: limit, retryingMost } = this.#limits;
    if (!limit) return { isLoaded: false, room: Number.POSITIVE_INFINITY };
    const most = this.#each(limit, this.#ready.size);
    const mine = [...this.#ready].filter(([field]) => isOf(field, app)).map(([, n]) => n);
    const retrying = [...this.#retrying].filter(([field]) => isOf(field, app)).map(([, n]) => n);
    return {
      isLoaded: mine.some((n) => n >= share * most) || retrying.some((n) => n >= share * this.#part(retryingMost)),
      room: Math.min(Math.max(limit.least, this.#part(limit.most)), ...mine.map((n) => most - n)),
    };
  }

  #placesFor(app: string): number {
    const mine = this.admittedOf(app);
    return this.#each(this.#limits.admitted, this.#admitted.size + (mine === 0 ? 1 : 0)) - mine;
  }

  /** The shard's part of a limit. */
  #part(limit: number): number {
    return Math.floor(limit / (this.#limits.shards ?? 1));
  }

  /** What each of so many may have. */
  #each({ inAll, least, most }: Share, among: number): number {
    return Math.max(least, Math.min(this.#part(most), Math.floor(this.#part(inAll) / among)));
  }

  #admit(event: ModelEvent): void {
    event.state = 'admitted';
    count(this.#admitted, event.app, 1);
  }

  #leave(event: ModelEvent): void {
    if (event.state !== 'admitted') return;
    event.state = 'neither';
    count(this.#admitted, event.app, -1);
  }

  /** By when they were received, then by key, as a sorted set has them. */
  #wait(event: ModelEvent): void {
    event.state = 'waiting';
    const list = this.#waiting.get(event.app) ?? [];
    this.#waiting.set(event.app, list);
    let at = list.length;
    while (at > 0 && isBefore(event, list[at - 1] as ModelEvent)) at--;
    list.splice(at, 0, event);
  }

  #of(key: string): ModelEvent {
    const event = this.#events.get(key);
    if (!event) throw new RangeError(`there is no event ${key}`);
    return event;
  }
}

const fieldOf = (app: string, provider: string): string => `${app}|${provider}`;
const isOf = (field: string, app: string): boolean => field.startsWith(`${app}|`);

const isBefore = (a: ModelEvent, b: ModelEvent): boolean =>
  a.receivedAt < b.receivedAt || (a.receivedAt === b.receivedAt && a.key < b.key);

/** Without zeros, as the scripts count: how many there are decides how much each may have. */
function count(counts: Map<string, number>, name: string, change: number): void {
  const sum = (counts.get(name) ?? 0) + change;
  if (sum > 0) counts.set(name, sum);
  else counts.delete(name);
}
