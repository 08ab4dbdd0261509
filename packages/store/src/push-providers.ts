import type { ApnsCredential, FcmCredential, ProviderKind } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { writeAppFields } from './apps.ts';
import { failingField, listFailing } from './failing-credentials.ts';
import { keys } from './keys.ts';
import { type SecretBox, UndecryptableSecret } from './secrets.ts';

/** The kinds of which an app may have several credentials. */
export type PushKind = Exclude<ProviderKind, 'custom'>;

/** A decrypted credential of this kind. */
export type CredentialOf<K extends PushKind> = { fcm: FcmCredential; apns: ApnsCredential }[K];

/** Why a credential is not used: the push service refuses it. */
export interface Failing {
  /** What the latest refusal said. */
  reason: string;
  /** When it was first refused, epoch ms. */
  at: number;
}

/** A credential without its secrets. */
export interface PushProviderView {
  providerId: string;
  isDefault: boolean;
  /** The public part of the configuration. */
  shown: Record<string, unknown>;
  failing?: Failing | undefined;
}

/** The stored form: the public part readable, the entire credential encrypted. */
interface Stored {
  shown: Record<string, unknown>;
  sealed: string;
}

const field = (kind: PushKind, id: string) => `p:${kind}:${id}`;
const defaultField = (kind: PushKind) => `default:${kind}`;
const additionalData = (appId: string, kind: PushKind, id: string) => `${appId}|${kind}|${id}`;

/** If the app exists: sets the first field if missing, the others always, and raises the version. */
const WRITE = `
if redis.call('HEXISTS', KEYS[1], 'v') == 0 then return 0 end
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return redis.call('HINCRBY', KEYS[1], 'v', 1)`;

/**
 * If the app exists: sets the second field to the value if the first field is present. A credential that was failing
 * already keeps the time of its first refusal.
 */
const SET_FAILING = `
if redis.call('HEXISTS', KEYS[1], 'v') == 0 or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
local before, value = redis.call('HGET', KEYS[1], ARGV[2]), ARGV[3]
if value ~= '' and before and before ~= '' then
  local failing = cjson.decode(value)
  failing.at = cjson.decode(before).at
  value = cjson.encode(failing)
end
return redis.call('HSET', KEYS[1], ARGV[2], value)`;

/**
 * Writes a credential; the first of its kind becomes the default. A failing one is tried again. False when there is no
 * such app.
 */
export async function writePushProvider<K extends PushKind>(
  redis: Redis,
  box: SecretBox,
  appId: string,
  kind: K,
  provider: { credential: CredentialOf<K>; shown: Record<string, unknown> },
): Promise<boolean> {
  const { credential, shown } = provider;
  const stored: Stored = {
    shown,
    sealed: box.seal(JSON.stringify(credential), additionalData(appId, kind, credential.id)),
  };
  const first = [defaultField(kind), credential.id];
  const fields = [field(kind, credential.id), JSON.stringify(stored), failingField(kind, credential.id), ''];
  return (await redis.eval(WRITE, 1, keys.app(appId), ...first, ...fields)) !== 0;
}

/** An app's credentials of a kind without secrets, by id. */
export async function listPushProviders(redis: Redis, appId: string, kind: PushKind): Promise<PushProviderView[]> {
  const hash = await redis.hgetall(keys.app(appId));
  return pushProviderIds(hash, kind)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((providerId) => {
      const failing = hash[failingField(kind, providerId)];
      return {
        providerId,
        isDefault: hash[defaultField(kind)] === providerId,
        shown: (JSON.parse(hash[field(kind, providerId)] as string) as Stored).shown,
        ...(failing ? { failing: JSON.parse(failing) as Failing } : {}),
      };
    });
}

/**
 * Removes a credential; false when there is none of the id. If it was the default, the app has no default until one is
 * set.
 */
export async function deletePushProvider(redis: Redis, appId: string, kind: PushKind, id: string): Promise<boolean> {
  const key = keys.app(appId);
  if ((await redis.hdel(key, field(kind, id), failingField(kind, id))) === 0) return false;
  if ((await redis.hget(key, defaultField(kind))) === id) await redis.hdel(key, defaultField(kind));
  return writeAppFields(redis, appId, {});
}

/** Sets the default of a kind; false when there is no credential of the id. */
export async function setDefaultProvider(redis: Redis, appId: string, kind: PushKind, id: string): Promise<boolean> {
  if ((await redis.hexists(keys.app(appId), field(kind, id))) === 0) return false;
  return writeAppFields(redis, appId, { [defaultField(kind)]: id });
}

/** Records that a credential is refused, or (undefined) that it works again. */
export async function recordFailing(
  redis: Redis,
  appId: string,
  { kind, id }: { kind: PushKind; id: string },
  failing: Failing | undefined,
): Promise<void> {
  // Not a setting: the version stays, so that no worker reloads for it.
  const value = failing ? JSON.stringify(failing) : '';
  // Listed first: a credential on the list that is not marked does not count.
  if (failing) await listFailing(redis, { appId, kind, id });
  await redis.eval(SET_FAILING, 1, keys.app(appId), field(kind, id), failingField(kind, id), value);
}

/** Whether a credential is marked as refused in an app's hash. */
export const isFailing = (hash: Record<string, string>, kind: PushKind, id: string): boolean =>
  Boolean(hash[failingField(kind, id)]);

/** The ids of the credentials of a kind in an app's hash. */
export const pushProviderIds = (hash: Record<string, string>, kind: PushKind): string[] =>
  Object.keys(hash).flatMap((name) => (name.startsWith(`p:${kind}:`) ? [name.slice(`p:${kind}:`.length)] : []));

/** The id a token's `providerId` means, `default` resolved; undefined when there is no such credential. */
export function resolveProviderId(
  hash: Record<string, string>,
  kind: PushKind,
  providerId: string,
): string | undefined {
  const id = providerId === 'default' ? hash[defaultField(kind)] : providerId;
  return id !== undefined && field(kind, id) in hash ? id : undefined;
}

/** A decrypted credential from an app's hash. For senders only. */
export function openCredential<K extends PushKind>(
  box: SecretBox,
  appId: string,
  hash: Record<string, string>,
  kind: K,
  id: string,
): CredentialOf<K> | undefined {
  const text = hash[field(kind, id)];
  if (!text) return undefined;
  return JSON.parse(box.open((JSON.parse(text) as Stored).sealed, additionalData(appId, kind, id))) as CredentialOf<K>;
}

/** Writes a credential if it still is what it was, and tries it again. */
const REPLACE = script<number>(`
-- KEYS app
-- ARGV field, text before, text, field of its failing
-- returns 1, or 0 when it has changed
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3], ARGV[4], '')
redis.call('HINCRBY', KEYS[1], 'v', 1)
return 1`);

/** Puts the next key of a credential in place of its current one; false when that has happened, or there is none. */
export async function promoteNext(
  redis: Redis,
  box: SecretBox,
  appId: string,
  kind: PushKind,
  id: string,
): Promise<boolean> {
  const text = await redis.hget(keys.app(appId), field(kind, id));
  if (text === null) return false;
  const { shown, sealed } = JSON.parse(text) as Stored;
  const context = additionalData(appId, kind, id);
  const { next, ...current } = JSON.parse(box.open(sealed, context)) as CredentialOf<PushKind>;
  if (!next) return false;
  const { next: shownNext, ...shownNow } = shown;
  const stored: Stored = {
    shown: { ...shownNow, ...(shownNext as object) },
    sealed: box.seal(JSON.stringify({ ...current, ...next }), context),
  };
  const args = [field(kind, id), text, JSON.stringify(stored), failingField(kind, id)];
  return (await REPLACE(redis, [keys.app(appId)], args)) === 1;
}

/** A credential before a change. */
export interface PushProviderBefore<K extends PushKind> {
  /** With its secrets, or its public part if no master key decrypts them. */
  credential: Partial<CredentialOf<K>>;
  shown: Record<string, unknown>;
  /** Whether its secrets are lost. */
  isLost: boolean;
}

/** A credential to be changed; undefined when there is none of the id. */
export async function readPushProvider<K extends PushKind>(
  redis: Redis,
  box: SecretBox,
  appId: string,
  kind: K,
  id: string,
): Promise<PushProviderBefore<K> | undefined> {
  const hash = await redis.hgetall(keys.app(appId));
  const text = hash[field(kind, id)];
  if (!text) return undefined;
  const { shown } = JSON.parse(text) as Stored;
  try {
    return { credential: openCredential(box, appId, hash, kind, id) ?? {}, shown, isLost: false };
  } catch (error) {
    if (!(error instanceof UndecryptableSecret)) throw error;
    return { credential: shown as Partial<CredentialOf<K>>, shown, isLost: true };
  }
}

/** The kinds of which an app has a credential with this id. */
export async function kindsOfProvider(redis: Redis, appId: string, id: string): Promise<PushKind[]> {
  const kinds: PushKind[] = ['fcm', 'apns'];
  const found = await redis.hmget(keys.app(appId), ...kinds.map((kind) => field(kind, id)));
  return kinds.filter((_, i) => found[i]);
}
