import { type AppSettings, publicAppId } from '@fanfare/core';
import { commandEach, primariesOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { revokeAllKeys } from './api-keys.ts';
import { keys, keysOfApp } from './keys.ts';
import { decodeQuotas, type Quotas, quotaField } from './quotas.ts';
import { decodeSettings } from './settings.ts';

/** An app: one tenant, isolated from all others. */
export interface App {
  /** The internal id (`newAppId`); callers see its `publicAppId`. */
  appId: string;
  name: string;
  /** The app's region as configured, e.g. `us`; copied to payloads. */
  region: string;
  /** False: nothing is sent for this app. */
  pushEnabled: boolean;
  /** The settings in effect, defaults included; immutable. */
  settings: AppSettings;
  /** The quotas set for this app; for all others the defaults of ingest apply. */
  quotas: Partial<Quotas>;
  /** Epoch ms. */
  createdAt: number;
  /**
   * Increases with every change to the app or its providers. Events carry it, and workers with an older copy reload.
   */
  version: number;
}

/** A new app: it has the default settings until `changeSettings`, and the default quotas. */
export type NewApp = Omit<App, 'version' | 'settings' | 'quotas'>;

/** The fields of an app that can be changed here. */
export type AppChanges = { [K in 'name' | 'region' | 'pushEnabled']?: App[K] | undefined } & {
  /** Merged with those set before; `null` restores the default. */
  quotas?: { [K in keyof Quotas]?: number | null | undefined } | undefined;
};

const CREATE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1`;

const CHANGE = script<number>(`
-- KEYS app
-- ARGV field, value …; an empty value removes the field
-- returns the app's version, 0 when there is no app
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for i = 1, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i])
  else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return redis.call('HINCRBY', KEYS[1], 'v', 1)`);

/** Gives a public id to an app unless it is taken. */
const CLAIM = script<number>(`
-- KEYS apps without internal ids, internal ids
-- ARGV public id, internal id
-- returns 1, 0 when the public id is taken
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 0 end
return redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2])`);

/** Releases an app's public id. */
const FREE = script<number>(`
-- KEYS apps without internal ids, internal ids
-- ARGV public id, internal id
-- returns 1, 0 when the public id is not the app's
if redis.call('HGET', KEYS[2], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[2], ARGV[1]) end
return redis.call('SREM', KEYS[1], ARGV[2])`);

/** Creates an app; false when its public id is taken. */
export async function createApp(redis: Redis, app: NewApp): Promise<boolean> {
  const { appId } = app;
  const fields = [...fieldsOf(app), 'createdAt', String(app.createdAt), 'v', String(app.createdAt)];
  // Stored first: an app without a public id is only unreachable, but a public id without an app would stay taken.
  if ((await redis.eval(CREATE, 1, keys.app(appId), ...fields)) === 0) return false;
  const claimed = await CLAIM(redis, [keys.apps(), keys.appIds()], [publicAppId(appId), appId]).catch(
    async (error: Error) => {
      await redis.unlink(keys.app(appId));
      throw error;
    },
  );
  if (claimed === 0) await redis.unlink(keys.app(appId));
  return claimed === 1;
}

/** The internal id of the app with this public id, or undefined. */
export async function findAppId(redis: Redis, publicId: string): Promise<string | undefined> {
  const [appId, isOld] = await Promise.all([
    redis.hget(keys.appIds(), publicId),
    redis.sismember(keys.apps(), publicId),
  ]);
  return appId ?? (isOld === 1 ? publicId : undefined);
}

/** Changes an app; false when there is none. */
export const changeApp = async (redis: Redis, appId: string, changes: AppChanges): Promise<boolean> =>
  (await CHANGE(redis, [keys.app(appId)], fieldsOf(changes))) !== 0;

/** The app, or undefined. */
export async function readApp(redis: Redis, appId: string): Promise<App | undefined> {
  return decodeApp(appId, await redis.hgetall(keys.app(appId)));
}

/** Apps by public id: all, or up to `limit` of those after `after`. */
export async function listApps(
  redis: Redis,
  { after = '', limit = Number.POSITIVE_INFINITY }: { after?: string | undefined; limit?: number } = {},
): Promise<App[]> {
  const [old, internal] = await Promise.all([redis.smembers(keys.apps()), redis.hgetall(keys.appIds())]);
  const ids = [...old.map((appId) => [appId, appId] as const), ...Object.entries(internal)]
    .filter(([publicId]) => publicId > after)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, appId]) => appId);
  const apps: App[] = [];
  // Listed ids without an app do not count: keep reading until the page is full.
  while (ids.length > 0 && apps.length < limit) {
    const next = ids.splice(0, limit - apps.length);
    const read = await Promise.all(next.map((appId) => readApp(redis, appId)));
    apps.push(...read.filter((app) => app !== undefined));
  }
  return apps;
}

/**
 * Deletes an app with its keys, providers, users and groups; false when there is none. Its events expire with their
 * retention and are not sent. The public id is released last, so that an interrupted deletion can be repeated.
 */
export async function deleteApp(redis: Redis, appId: string): Promise<boolean> {
  await revokeAllKeys(redis, appId);
  const removed = await redis.unlink(keys.app(appId));
  await redis.unlink(
    keys.groups(appId),
    keys.reactionFollowers(appId),
    keys.usage(appId),
    keys.webhookHealth(appId),
    keys.auditOf(appId),
  );
  for (const pattern of keysOfApp(appId)) {
    for (const primary of primariesOf(redis)) {
      for await (const batch of primary.scanStream({ match: pattern, count: 1000 }) as AsyncIterable<string[]>) {
        await commandEach(redis, batch, (commands, key) => commands.unlink(key));
      }
    }
  }
  const freed = await FREE(redis, [keys.apps(), keys.appIds()], [publicAppId(appId), appId]);
  return removed + freed > 0;
}

/** The app in this hash, or undefined for an empty one. */
export function decodeApp(appId: string, hash: Record<string, string>): App | undefined {
  if (!hash.v) return undefined;
  return {
    appId,
    name: hash.name ?? publicAppId(appId),
    region: hash.region ?? '',
    pushEnabled: hash.pushEnabled === '1',
    settings: decodeSettings(hash),
    quotas: decodeQuotas(hash),
    createdAt: Number(hash.createdAt),
    version: Number(hash.v),
  };
}

/** Writes fields of an app's hash and raises its version, so that workers see the change with the next event. */
export async function writeAppFields(redis: Redis, appId: string, fields: Record<string, string>): Promise<boolean> {
  return (await CHANGE(redis, [keys.app(appId)], Object.entries(fields).flat())) !== 0;
}

const fieldsOf = ({ name, region, pushEnabled, quotas = {} }: AppChanges): string[] =>
  Object.entries({
    name,
    region,
    pushEnabled: pushEnabled === undefined ? undefined : pushEnabled ? '1' : '0',
    ...Object.fromEntries(Object.entries(quotas).map(([quota, most]) => [quotaField(quota), textOf(most)])),
  }).flatMap(([field, value]) => (value === undefined ? [] : [field, value]));

/** The text of a quota: empty, which removes it, for `null`. */
const textOf = (most: number | null | undefined): string | undefined =>
  most === undefined ? undefined : most === null ? '' : String(most);
