import { mayTake } from './fair-share.ts';

/** An app counts as using an origin for this long after it last asked for a place. */
const ACTIVE_MS = 10_000;

/** Origins remembered; those without requests in flight are forgotten first. */
const MAX_ORIGINS = 10_000;

interface Asked {
  appId: string;
  at: number;
}

interface Origin {
  inFlight: number;
  byApp: Map<string, number>;
  /** The app that asked last, and the last one before it that was another. */
  last: Asked;
  other: Asked | undefined;
}

/**
 * Places for requests in flight to one origin, over all apps. One app alone may have all of them. While apps share the
 * origin they get their fair share (docs/rules/delivery.md#fair-share), so that an app which sends little finds a place
 * at once even if the others would fill it.
 */
export class OriginPlaces {
  readonly #origins = new Map<string, Origin>();

  /** A place, if one of `capacity` is free for this app; call `leave` once. */
  take(appId: string, origin: string, capacity: number, now: number): { leave(): void } | undefined {
    const entry = this.#entry(origin, { appId, at: now });
    const mine = entry.byApp.get(appId) ?? 0;
    const isShared = entry.other !== undefined && now - entry.other.at < ACTIVE_MS;
    const free = capacity - entry.inFlight;
    const apps = entry.byApp.size + (mine === 0 ? 1 : 0);
    if (!(isShared ? mayTake({ capacity, free, mine, apps, isShared }) : free > 0)) return undefined;
    entry.inFlight++;
    entry.byApp.set(appId, mine + 1);
    return { leave: () => leave(entry, appId) };
  }

  #entry(origin: string, asked: Asked): Origin {
    const entry = this.#origins.get(origin) ?? { inFlight: 0, byApp: new Map(), last: asked, other: undefined };
    if (entry.last.appId !== asked.appId) entry.other = entry.last;
    entry.last = asked;
    this.#origins.delete(origin);
    this.#origins.set(origin, entry);
    if (this.#origins.size > MAX_ORIGINS) this.#forgetOldest();
    return entry;
  }

  #forgetOldest(): void {
    for (const [origin, { inFlight }] of this.#origins) {
      if (inFlight > 0) continue;
      this.#origins.delete(origin);
      return;
    }
  }
}

function leave(entry: Origin, appId: string): void {
  entry.inFlight--;
  const left = (entry.byApp.get(appId) ?? 1) - 1;
  if (left === 0) entry.byApp.delete(appId);
  else entry.byApp.set(appId, left);
}
