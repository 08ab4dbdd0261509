import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { REMOVE_UNCHANGED_LUA } from './remove-unchanged.lua.ts';

/** A user who was erased, or an app that was deleted (no `uid`): the archive has yet to erase what it has of them. */
export interface Erasure {
  appId: string;
  uid?: string;
  /** Epoch ms. What was received later is of a user created again. */
  at: number;
}

/** How long an erasure waits for an archive: longer than an archive is left broken. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** Tells the archive, if there is one, to erase a user or an app; waits in Redis until it has. */
export async function recordErasure(redis: Redis, { at, ...erased }: Erasure): Promise<void> {
  await redis
    .multi()
    .zremrangebyscore(keys.erasures, '-inf', at - KEPT_MS)
    .zadd(keys.erasures, at, encode(erased))
    .pexpire(keys.erasures, KEPT_MS)
    .exec();
}

/** The erasures that the archive has not done, in the order they were recorded: `limit` of them from a rank on. */
export async function readErasures(redis: Redis, limit: number, from = 0): Promise<Erasure[]> {
  const answer = await redis.zrange(keys.erasures, String(from), String(from + limit - 1), 'WITHSCORES');
  return Array.from({ length: answer.length / 2 }, (_, i) => ({
    ...decode(answer[2 * i] as string),
    at: Number(answer[2 * i + 1]),
  }));
}

const DROP = script<number>(`
-- KEYS erasures
-- ARGV erasure, when it was recorded as it was read, …
-- returns how many were taken off the list
${REMOVE_UNCHANGED_LUA}
local removed = 0
for i = 1, #ARGV, 2 do removed = removed + removeUnchanged(KEYS[1], ARGV[i], ARGV[i + 1]) end
return removed
`);

/** Takes erasures off the list once the archive has done them, unless they were recorded again. */
export async function dropErasures(redis: Redis, done: readonly Erasure[]): Promise<void> {
  if (done.length === 0) return;
  await DROP(
    redis,
    [keys.erasures],
    done.flatMap(({ at, ...erased }) => [encode(erased), at]),
  );
}

const encode = ({ appId, uid }: Omit<Erasure, 'at'>): string =>
  JSON.stringify(uid === undefined ? [appId] : [appId, uid]);

function decode(member: string): Omit<Erasure, 'at'> {
  const [appId, uid] = JSON.parse(member) as [string, string?];
  return uid === undefined ? { appId } : { appId, uid };
}
