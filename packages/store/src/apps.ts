import type { AppSettings } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { revokeAllKeys } from './api-keys.ts';
import { keys, keysOfApp } from './keys.ts';
import { decodeSettings } from './settings.ts';

/** An app: one tenant, apart from all others. */
export interface App {
  appId: string;
  name: string;
  /** Where the app says it is, e.g. `us`; sent along in payloads. */
  region: string;
  /** Off: nothing is sent for this app. */
  pushEnabled: boolean;
  /** The settings that hold, defaults included; not to be changed in place. */
  settings: AppSettings;
  /** Epoch ms. */
  createdAt: number;
  /** Goes up with every change to the app or its providers; events carry it, workers that are behind reload. */
  version: number;
}

/** An app as it is created: its settings are the defaults until `changeSettings`. */
export type NewApp = Omit<App, 'version' | 'settings'>;

/** What of an app can be changed here. */
export type AppChanges = { [K in 'name' | 'region' | 'pushEnabled']?: App[K] | undefined };

const CREATE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1`;

const CHANGE = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV > 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
return redis.call('HINCRBY', KEYS[1], 'v', 1)`;

/** Creates an app; false when the id is taken. */
export async function createApp(redis: Redis, app: NewApp): Promise<boolean> {
  // Versions begin with the time, so that an app made anew under the id of a deleted one is newer than that ever was.
  const fields = [...fieldsOf(app), 'createdAt', String(app.createdAt), 'v', String(app.createdAt)];
  // Listed first: an id without an app is passed over, an app that is not listed would never be found.
  await redis.sadd(keys.apps(), app.appId);
  return (await redis.eval(CREATE, 1, keys.app(app.appId), ...fields)) === 1;
}

/** Changes an app; false when there is none. */
export const changeApp = async (redis: Redis, appId: string, changes: AppChanges): Promise<boolean> =>
  (await redis.eval(CHANGE, 1, keys.app(appId), ...fieldsOf(changes))) !== 0;

/** The app, or undefined. */
export async function readApp(redis: Redis, appId: string): Promise<App | undefined> {
  return decodeApp(appId, await redis.hgetall(keys.app(appId)));
}

/** Apps by id: all, or up to `limit` of those whose ids come after `after`. */
export async function listApps(
  redis: Redis,
  { after = '', limit = Number.POSITIVE_INFINITY }: { after?: string | undefined; limit?: number } = {},
): Promise<App[]> {
  const ids = (await redis.smembers(keys.apps())).filter((appId) => appId > after).sort();
  const apps: App[] = [];
  // Listed ids without an app fill no page: as many are read as are still missing.
  while (ids.length > 0 && apps.length < limit) {
    const next = ids.splice(0, limit - apps.length);
    const read = await Promise.all(next.map((appId) => readApp(redis, appId)));
    apps.push(...read.filter((app) => app !== undefined));
  }
  return apps;
}

/**
 * Deletes an app with its keys, providers, users and groups; false when there is none. Its events run out with their
 * retention, and are not sent any more.
 */
export async function deleteApp(redis: Redis, appId: string): Promise<boolean> {
  await revokeAllKeys(redis, appId);
  const removed = await redis.unlink(keys.app(appId));
  await redis.srem(keys.apps(), appId);
  await redis.unlink(keys.groups(appId), keys.reactionFollowers(appId));
  for (const pattern of keysOfApp(appId)) {
    for await (const batch of redis.scanStream({ match: pattern, count: 1000 }) as AsyncIterable<string[]>) {
      if (batch.length > 0) await redis.unlink(...batch);
    }
  }
  return removed === 1;
}

/** The app in this hash, or undefined for an empty one. */
export function decodeApp(appId: string, hash: Record<string, string>): App | undefined {
  if (!hash.v) return undefined;
  return {
    appId,
    name: hash.name ?? appId,
    region: hash.region ?? '',
    pushEnabled: hash.pushEnabled === '1',
    settings: decodeSettings(hash),
    createdAt: Number(hash.createdAt),
    version: Number(hash.v),
  };
}

/** Writes fields of an app's hash and raises its version, so that workers see the change with the next event. */
export async function writeAppFields(redis: Redis, appId: string, fields: Record<string, string>): Promise<boolean> {
  return (await redis.eval(CHANGE, 1, keys.app(appId), ...Object.entries(fields).flat())) !== 0;
}

const fieldsOf = ({ name, region, pushEnabled }: AppChanges): string[] =>
  Object.entries({
    name,
    region,
    pushEnabled: pushEnabled === undefined ? undefined : pushEnabled ? '1' : '0',
  }).flatMap(([field, value]) => (value === undefined ? [] : [field, value]));

/** Clocks of two of our machines may differ by this. */
const CLOCKS_MS = 60_000;

/** Whether this app was made after the event came, under the id of one that was deleted: it is not the event's app. */
export const isSuccessor = (app: App, receivedAt: number): boolean => app.createdAt > receivedAt + CLOCKS_MS;
