import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { REMOVE_UNCHANGED_LUA } from '../archive/remove-unchanged.lua.ts';
import { keys } from '../keys.ts';

/** A finished event that one sweeper packs; `finishedAt` (epoch ms) is late if a sweeper died before it had. */
export interface LeasedEvent {
  key: string;
  finishedAt: number;
}

/** A lease of finished events of a shard, and whether they are listed for an archive as well. */
export interface Lease {
  shard: number;
  /** When it ends, epoch ms. */
  until: number;
  archive: boolean;
}

/** Adds again what it takes off: a full server refuses a script that begins by adding. */
const LEASE = script<string[]>(`
-- KEYS finished
-- ARGV finished before, limit, leased until
-- returns the key of each event, and when it finished
local due = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')
for from = 1, #due, 1000 do
  local gone, leased = {}, {}
  for i = from, math.min(from + 999, #due), 2 do
    gone[#gone + 1] = due[i]
    leased[#leased + 1], leased[#leased + 2] = ARGV[3], due[i]
  end
  redis.call('ZREM', KEYS[1], unpack(gone))
  redis.call('ZADD', KEYS[1], unpack(leased))
end
return due
`);

/**
 * Up to `limit` events of a shard that finished before a time (epoch ms). They stay on the list of finished events, and
 * no other sweeper gets them until the lease ends (epoch ms): one that is killed leaves them to the next.
 */
export async function leaseFinished(
  redis: Redis,
  shard: number,
  { before, until, limit }: { before: number; until: number; limit: number },
): Promise<LeasedEvent[]> {
  const answer = await LEASE(redis, [keys.finished(shard)], [before, limit, until]);
  return Array.from({ length: answer.length / 2 }, (_, i) => ({
    key: answer[2 * i] as string,
    finishedAt: Number(answer[2 * i + 1]),
  }));
}

const END = script<number>(`
-- KEYS finished, and unarchived if there is an archive
-- ARGV leased until, then of each event: key, when it finished
-- returns how many events are taken off the list
${REMOVE_UNCHANGED_LUA}
local ended = 0
for i = 2, #ARGV, 2 do
  if removeUnchanged(KEYS[1], ARGV[i], ARGV[1]) == 1 then
    ended = ended + 1
    if KEYS[2] then redis.call('ZADD', KEYS[2], ARGV[i + 1], ARGV[i]) end
  end
end
return ended
`);

/** Takes leased events off the list of finished ones; with `archive`, they are listed for the archive. */
export async function endLeases(
  redis: Redis,
  { shard, until, archive }: Lease,
  events: readonly LeasedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const lists = archive ? [keys.finished(shard), keys.unarchived(shard)] : [keys.finished(shard)];
  await END(redis, lists, [until, ...events.flatMap(({ key, finishedAt }) => [key, finishedAt])]);
}
