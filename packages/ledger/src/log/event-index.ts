import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { ADD_TO_CHUNKS_LUA } from './chunks.ts';
import { type EventPage, type ListQuery, pageOf } from './event-list.ts';

/**
 * Lua: lists new events of an app, whether or not it keeps a log. `root` is the prefix of all keys of the shard. Costs
 * what an entry of the log does.
 */
export const INDEX_LUA = `
${ADD_TO_CHUNKS_LUA}
local function indexAll(root, app, retention, events)
  addToChunks(root .. 'listed:' .. app, retention, root .. 'ev:', events)
end`;

/** One page of all events of an app; as `pageLogged`. @throws RangeError when the cursor is malformed. */
export const pageIndexed = (redis: Redis, appId: string, shards: number, query: ListQuery): Promise<EventPage> =>
  pageOf(redis, { chunks: [keys.eventIndex, keys.oldIndex] }, appId, shards, query);
