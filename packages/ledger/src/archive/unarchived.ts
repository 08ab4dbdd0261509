import type { EventRef } from '@fanfare/core';
import { commandEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { REMOVE_UNCHANGED_LUA } from './remove-unchanged.lua.ts';

/** A finished event that is not archived yet, and when it was finished (epoch ms). */
export type UnarchivedRef = EventRef & { doneAt: number };

/** The finished events of a shard that are not archived yet, in the order they finished: `limit` from a rank on. */
export async function readUnarchived(redis: Redis, shard: number, limit: number, from = 0): Promise<UnarchivedRef[]> {
  const answer = await redis.zrange(keys.unarchived(shard), String(from), String(from + limit - 1), 'WITHSCORES');
  return Array.from({ length: answer.length / 2 }, (_, i) => ({
    key: answer[2 * i] as string,
    shard,
    doneAt: Number(answer[2 * i + 1]),
  }));
}

/** The events of a shard whose records are gone: expired, or trimmed. */
export async function withoutRecord(
  redis: Redis,
  shard: number,
  refs: readonly UnarchivedRef[],
): Promise<UnarchivedRef[]> {
  const answers = await commandEach(redis, refs, (commands, { key }) => commands.exists(keys.event(shard, key)));
  return refs.filter((_, i) => answers[i] === 0);
}

/** How many finished events wait to be archived, over all shards, and when the first was finished (epoch ms). */
export async function readArchiveBacklog(redis: Redis, shards: number): Promise<{ events: number; since?: number }> {
  const lists = await Promise.all(
    Array.from({ length: shards }, async (_, shard) => ({
      events: await redis.zcard(keys.unarchived(shard)),
      first: (await readUnarchived(redis, shard, 1))[0]?.doneAt,
    })),
  );
  const firsts = lists.flatMap(({ first }) => first ?? []);
  return {
    events: lists.reduce((sum, { events }) => sum + events, 0),
    ...(firsts.length > 0 ? { since: Math.min(...firsts) } : {}),
  };
}

const REMOVE = script<number>(`
-- KEYS unarchived, the archiver that may empty it
-- ARGV number of the archiver, event key, when it was finished as it was read, …
-- returns how many events are taken off the list; -1 when another archiver has taken over
if tonumber(redis.call('GET', KEYS[2]) or 0) ~= tonumber(ARGV[1]) then return -1 end
${REMOVE_UNCHANGED_LUA}
local removed = 0
for i = 2, #ARGV, 2 do removed = removed + removeUnchanged(KEYS[1], ARGV[i], ARGV[i + 1]) end
return removed
`);

/** Thrown when another process has taken over the archive: this one must stop. */
export class ArchiveFencedError extends Error {
  override name = 'ArchiveFencedError';
}

/**
 * Takes events of a shard off the list of those to archive, which is the archive's cursor: only what the archive has
 * written durably, or what is lost. An event that was replayed and finished again meanwhile stays on the list. `fence`
 * is the number of the archiver (see lock.ts). Returns how many were taken off.
 * @throws ArchiveFencedError when another archiver has taken over.
 */
export async function markArchived(
  redis: Redis,
  fence: number,
  shard: number,
  refs: readonly UnarchivedRef[],
): Promise<number> {
  if (refs.length === 0) return 0;
  const removed = await REMOVE(
    redis,
    [keys.unarchived(shard), keys.archiveFence(shard)],
    [fence, ...refs.flatMap(({ key, doneAt }) => [key, doneAt])],
  );
  if (removed < 0) throw new ArchiveFencedError('another process archives now');
  return removed;
}
