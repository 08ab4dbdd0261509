import type { EventRef } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { addToChunks } from './chunks.ts';
import { type EventPage, type ListQuery, pageOf } from './event-list.ts';

/** Lists stored events of an app, whether or not it keeps a log; idempotent. Costs what an entry of the log does. */
export async function recordIndexed(
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
    addToChunks(redis, keys.eventIndex(shard, appId), listed, { keepMs, about: keys.event(shard, '') });
  await Promise.all([...byShard].map(add));
}

/** One page of all events of an app; as `pageLogged`. @throws RangeError when the cursor is malformed. */
export const pageIndexed = (redis: Redis, appId: string, shards: number, query: ListQuery): Promise<EventPage> =>
  pageOf(redis, { chunks: keys.eventIndex }, appId, shards, query);
