import { hash as hashOf, randomBytes } from 'node:crypto';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

export const API_KEY_SCOPES = ['publish', 'manage'] as const;
/** `publish`: post events and read their counts. `manage`: everything else of the app. */
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];

/** An API key as stored: everything but the key, of which only the hash is kept. */
export interface ApiKeyInfo {
  id: string;
  name: string;
  scopes: ApiKeyScope[];
  /** The first characters of the key, to tell keys apart. */
  prefix: string;
  /** Epoch ms, as is the next. */
  createdAt: number;
  /** Absent for a key that has not been used. */
  lastUsedAt?: number;
}

/** The app and scopes that a key authenticates. */
export interface ApiKeyGrant {
  /** The internal id. */
  appId: string;
  id: string;
  scopes: ApiKeyScope[];
}

const PREFIX_LENGTH = 8;

/** Creates a key. The key itself is returned only here and stored nowhere. */
export async function createApiKey(
  redis: Redis,
  appId: string,
  { name, scopes, now }: { name: string; scopes: ApiKeyScope[]; now: number },
): Promise<ApiKeyInfo & { apiKey: string }> {
  const apiKey = `fk_${randomBytes(24).toString('base64url')}`;
  const id = randomBytes(9).toString('base64url');
  const info: ApiKeyInfo = { id, name, scopes, prefix: apiKey.slice(0, PREFIX_LENGTH), createdAt: now };
  const hash = hashKey(apiKey);
  await redis.hset(keys.appKeys(appId), id, JSON.stringify({ ...info, hash }));
  await redis.set(keys.apiKey(hash), JSON.stringify({ appId, id, scopes } satisfies ApiKeyGrant));
  return { ...info, apiKey };
}

/**
 * The app and scopes of this key, or undefined when it is unknown or revoked. Looked up by its SHA-256, so that timing
 * reveals nothing about existing keys; a key has 192 random bits and needs no slow hash.
 */
export async function findApiKey(redis: Redis, apiKey: string): Promise<ApiKeyGrant | undefined> {
  const text = await redis.get(keys.apiKey(hashKey(apiKey)));
  return text === null ? undefined : (JSON.parse(text) as ApiKeyGrant);
}

/** An app's keys, oldest first. */
export async function listApiKeys(redis: Redis, appId: string): Promise<ApiKeyInfo[]> {
  const [stored, used] = await Promise.all([redis.hvals(keys.appKeys(appId)), redis.hgetall(keys.appKeysUsed(appId))]);
  return stored
    .map((text) => {
      const { hash: _hash, ...info } = JSON.parse(text) as ApiKeyInfo & { hash: string };
      const lastUsedAt = used[info.id];
      return lastUsedAt === undefined ? info : { ...info, lastUsedAt: Number(lastUsedAt) };
    })
    .sort((a, b) => a.createdAt - b.createdAt);
}

/** Records that a key was used, unless it has been revoked. */
export async function recordKeyUse(redis: Redis, { appId, id, at }: { appId: string; id: string; at: number }) {
  await RECORD_USE(redis, [keys.appKeys(appId), keys.appKeysUsed(appId)], [id, at]);
}

const RECORD_USE = script<number>(`
-- KEYS keys, uses
-- ARGV id, time
-- returns whether the app has this key
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return 1`);

/** Revokes a key at once; false when the app has none with this id. */
export async function revokeApiKey(redis: Redis, appId: string, id: string): Promise<boolean> {
  const text = await redis.hget(keys.appKeys(appId), id);
  if (text === null) return false;
  await redis.del(keys.apiKey((JSON.parse(text) as { hash: string }).hash));
  const revoked = await redis.hdel(keys.appKeys(appId), id);
  // After the key: a use recorded in between would stay.
  await redis.hdel(keys.appKeysUsed(appId), id);
  return revoked === 1;
}

/** Revokes all of an app's keys. */
export async function revokeAllKeys(redis: Redis, appId: string): Promise<void> {
  const stored = await redis.hvals(keys.appKeys(appId));
  await Promise.all(stored.map((text) => redis.del(keys.apiKey((JSON.parse(text) as { hash: string }).hash))));
  await redis.del(keys.appKeys(appId), keys.appKeysUsed(appId));
}

// Not `createHash`: making and collecting its object costs more than the hash.
const hashKey = (apiKey: string): string => hashOf('sha256', apiKey, 'hex');
