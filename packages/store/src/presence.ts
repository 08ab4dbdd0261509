import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** Whether a person is at the chat, as the chat backend tells. It does not decide who is notified. */
export interface Presence {
  status: 'online' | 'offline';
  /** Since when, epoch ms. */
  at: number;
}

/** ARGV: now, status, since when. */
const NOTE = script<number>(`
-- KEYS user
-- ARGV now, status, since when
-- returns 1, or 0 when a later presence is stored
redis.call('HSETNX', KEYS[1], 'createdAt', ARGV[1])
local seen = redis.call('HGET', KEYS[1], 'seen')
if seen and tonumber(seen) > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'status', ARGV[2], 'seen', ARGV[3])
return 1`);

/**
 * Keeps a person's presence, and makes them known. One from before what is kept changes nothing; of two at the same time,
 * which seconds allow, the last to come stands. A time in the future counts as `now` (epoch ms).
 */
export async function recordPresence(
  redis: Redis,
  appId: string,
  uid: string,
  { status, at }: Presence,
  now: number,
): Promise<void> {
  await NOTE(redis, [keys.user(appId, uid)], [now, status, Math.min(at, now)]);
}

/** What a person's hash says of it; nothing where nobody has said. */
export const decodePresence = ({
  status,
  seen,
}: Record<string, string>): { status?: Presence['status']; lastActiveAt?: number } =>
  status === 'online' || status === 'offline' ? { status, lastActiveAt: Number(seen) } : {};
