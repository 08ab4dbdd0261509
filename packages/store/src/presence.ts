import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** Whether a person is at the chat, as the chat backend tells. It does not decide who is notified. */
export interface Presence {
  status: 'online' | 'offline';
  /** Since when, epoch ms. */
  at: number;
}

const NOTE = script<number>(`
-- KEYS user
-- ARGV status, since when
-- returns 1, or 0 when the user has no record or a later presence
if redis.call('HEXISTS', KEYS[1], 'createdAt') == 0 then return 0 end
local seen = redis.call('HGET', KEYS[1], 'seen')
if seen and tonumber(seen) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'status', ARGV[1], 'seen', ARGV[2])
return 1`);

/**
 * Keeps the presence of a user who has a record. One from before what is kept changes nothing; of two at the same time,
 * which seconds allow, the last to come stands. A time in the future counts as `now` (epoch ms).
 */
export async function recordPresence(
  redis: Redis,
  appId: string,
  uid: string,
  { status, at }: Presence,
  now: number,
): Promise<void> {
  await NOTE(redis, [keys.user(appId, uid)], [status, Math.min(at, now)]);
}

/** What a person's hash says of it; nothing where nobody has said. */
export const decodePresence = ({
  status,
  seen,
}: Record<string, string>): { status?: Presence['status']; lastActiveAt?: number } =>
  status === 'online' || status === 'offline' ? { status, lastActiveAt: Number(seen) } : {};
