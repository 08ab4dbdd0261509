import type { ModerationStatus } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

const RECORD = script<number>(`
-- KEYS verdict
-- ARGV verdict, ttl
-- returns 1, or 0 when it stood already
if redis.call('GET', KEYS[1]) == ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`);

/** Records a moderation verdict on a message; the latest wins. False when it is unchanged. */
export const recordVerdict = async (
  redis: Redis,
  appId: string,
  messageId: string,
  verdict: ModerationStatus,
  retentionMs: number,
): Promise<boolean> => (await RECORD(redis, [keys.verdict(appId, messageId)], [verdict, retentionMs])) === 1;

/** The latest moderation verdict on a message; undefined when there was none. One GET. */
export const readVerdict = async (
  redis: Redis,
  appId: string,
  messageId: string,
): Promise<ModerationStatus | undefined> =>
  ((await redis.get(keys.verdict(appId, messageId))) as ModerationStatus | null) ?? undefined;
