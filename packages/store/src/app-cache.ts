import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { type App, decodeApp } from './apps.ts';
import { type CustomProviderConfig, decodeCustomProvider, isCustomEnabled, webhookURLOf } from './custom-provider.ts';
import { keys } from './keys.ts';
import { decodeMembership, type Membership } from './membership.ts';
import { type CredentialOf, isFailing, openCredential, type PushKind, resolveProviderId } from './push-providers.ts';
import type { SecretBox } from './secrets.ts';

/** What opens the secrets of a worker's apps: those it has no key for cannot be read. */
export interface Boxes {
  /** For the secrets of providers. */
  box?: SecretBox;
  /** For those of membership sources. */
  membershipBox?: SecretBox;
}

/** An app and its providers as a worker sees them. Secrets only if the cache was given the box for them. */
export interface AppBundle {
  app: App;
  /** Whether deliveries go to the custom provider. */
  customEnabled: boolean;
  /** Its URL, which may be read without its secrets. */
  webhookURL: string | undefined;
  /** The custom provider with its secrets, decrypted on first use. @throws when they cannot be decrypted. */
  readonly custom?: CustomProviderConfig | undefined;
  /**
   * The endpoint asked for members instead of our own lists, with its secret, decrypted like `custom`. @throws
   * likewise.
   */
  readonly membership?: Membership | undefined;
  /** Whether a token's `providerId` (or `default`) names a configured credential. */
  hasProvider(kind: PushKind, providerId: string): boolean;
  /** The id of the credential it names. */
  providerIdOf(kind: PushKind, providerId: string): string | undefined;
  /** Whether the credential of this id is marked as refused by the push service. */
  failing(kind: PushKind, id: string): boolean;
  /** The credential a token's `providerId` names, decrypted once; undefined when there is none. */
  credential<K extends PushKind>(kind: K, providerId: string): CredentialOf<K> | undefined;
}

/** The longest time before a change is seen without an event. */
const FRESH_MS = 2000;

/** Cached apps, with their decrypted secrets; the least recently used are evicted first. */
const MAX_APPS = 10_000;

interface Entry {
  bundle: Promise<AppBundle | undefined>;
  readAt: number;
}

/**
 * Cached apps for workers: at most two seconds old, and never older than the event requires, so that a provider
 * configured before an event was posted is used for it.
 */
export class AppCache {
  readonly #redis: Redis;
  readonly #boxes: Boxes;
  readonly #now: () => number;
  readonly #entries = new LRUCache<string, Entry>({ max: MAX_APPS });

  constructor(redis: Redis, { now, ...boxes }: Boxes & { now: () => number }) {
    this.#redis = redis;
    this.#boxes = boxes;
    this.#now = now;
  }

  /** The app at `version` or later, or undefined when it was deleted. */
  async get(appId: string, version: number): Promise<AppBundle | undefined> {
    const entry = this.#entries.get(appId);
    if (entry && this.#now() - entry.readAt < FRESH_MS) {
      const bundle = await entry.bundle;
      if (bundle && bundle.app.version >= version) return bundle;
    }
    return this.#reload(appId);
  }

  #reload(appId: string): Promise<AppBundle | undefined> {
    const entry = { bundle: this.#read(appId), readAt: this.#now() };
    this.#entries.set(appId, entry);
    entry.bundle.catch(() => this.#entries.delete(appId));
    return entry.bundle;
  }

  async #read(appId: string): Promise<AppBundle | undefined> {
    const hash = await this.#redis.hgetall(keys.app(appId));
    const app = decodeApp(appId, hash);
    return app && bundleOf(app, hash, this.#boxes, this.#now());
  }
}

function bundleOf(app: App, hash: Record<string, string>, { box, membershipBox }: Boxes, now: number): AppBundle {
  const opened = new Map<string, unknown>();
  const bundle: AppBundle = {
    app,
    customEnabled: isCustomEnabled(hash),
    webhookURL: webhookURLOf(hash),
    failing: (kind, id) => isFailing(hash, kind, id),
    providerIdOf: (kind, providerId) => resolveProviderId(hash, kind, providerId),
    hasProvider: (kind, providerId) => resolveProviderId(hash, kind, providerId) !== undefined,
    credential: <K extends PushKind>(kind: K, providerId: string) => {
      const id = resolveProviderId(hash, kind, providerId);
      if (id === undefined || !box) return undefined;
      const name = `${kind}:${id}`;
      if (!opened.has(name)) opened.set(name, openCredential(box, app.appId, hash, kind, id));
      return opened.get(name) as CredentialOf<K> | undefined;
    },
  };
  const lazy = <T>(get: () => T) => ({ get: once(get), enumerable: true });
  return Object.defineProperties(bundle, {
    ...(box ? { custom: lazy(() => decodeCustomProvider(box, app.appId, hash, now)) } : {}),
    ...(membershipBox ? { membership: lazy(() => decodeMembership(membershipBox, app, hash)) } : {}),
  });
}

/** Computed on first use; a failure is not cached. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
