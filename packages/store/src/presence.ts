import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** Whether a user is online, as reported by the chat backend. It does not affect notifications. */
export interface Presence {
  status: 'online' | 'offline';
  /** Since when, epoch ms. */
  at: number;
}

const RECORD = script<number>(`
-- KEYS user
-- ARGV status, since when
-- returns 1, or 0 when the user has no record or a later presence
if redis.call('HEXISTS', KEYS[1], 'createdAt') == 0 then return 0 end
local seen = redis.call('HGET', KEYS[1], 'seen')
if seen and tonumber(seen) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'status', ARGV[1], 'seen', ARGV[2])
return 1`);

/**
 * Stores the presence of a user who has a record. An older presence than the stored one is ignored; of two with the
 * same time (seconds allow that) the last to arrive wins. A future time counts as `now` (epoch ms).
 */
export async function recordPresence(
  redis: Redis,
  appId: string,
  uid: string,
  { status, at }: Presence,
  now: number,
): Promise<void> {
  await RECORD(redis, [keys.user(appId, uid)], [status, Math.min(at, now)]);
}

/** The presence in a user's hash; empty if never reported. */
export const decodePresence = ({
  status,
  seen,
}: Record<string, string>): { status?: Presence['status']; lastActiveAt?: number } =>
  status === 'online' || status === 'offline' ? { status, lastActiveAt: Number(seen) } : {};
