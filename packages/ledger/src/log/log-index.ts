import type { EventRef } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { addToChunks, isInChunks } from './chunks.ts';
import { type EventPage, entryOf, type ListQuery, pageOf } from './event-list.ts';

/**
 * Lists stored events in their app's log; idempotent. Takes about 20 bytes per event; the log's rows, one or more per
 * recipient, take none, since they are derived from the plan. `keepMs` is how long the events are kept from now on:
 * entries of expired events are dropped as others are added, and the list expires with its last event.
 */
export async function recordLogged(
  redis: Redis,
  appId: string,
  refs: readonly EventRef[],
  keepMs: number,
): Promise<void> {
  const byShard = new Map<number, string[]>();
  for (const { shard, key } of refs) {
    const others = byShard.get(shard);
    if (others) others.push(key);
    else byShard.set(shard, [key]);
  }
  const add = ([shard, listed]: [number, string[]]) =>
    addToChunks(redis, keys.logs(shard, appId), listed, { keepMs, about: keys.event(shard, '') });
  await Promise.all([...byShard].map(add));
}

/** Whether an event is listed in its app's log: the log was on when it was received. */
export async function isLogged(redis: Redis, appId: string, { shard, key }: EventRef): Promise<boolean> {
  const found = await Promise.all([
    isInChunks(redis, keys.logs(shard, appId), key),
    isInChunks(redis, keys.oldLogs(shard, appId), key),
    redis.zscore(keys.oldestLog(shard, appId), entryOf(key)).then((score) => score !== null),
  ]);
  return found.includes(true);
}

/**
 * One page of an app's log over all shards, in order of time; `cursor` continues it and is absent at the end. An
 * entry's event may have expired.
 * @throws RangeError when the cursor is malformed.
 */
export const pageLogged = (redis: Redis, appId: string, shards: number, query: ListQuery): Promise<EventPage> =>
  pageOf(redis, { chunks: [keys.logs, keys.oldLogs], old: keys.oldestLog }, appId, shards, query);
