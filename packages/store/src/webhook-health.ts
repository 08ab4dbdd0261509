import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** An endpoint that has accepted nothing for so long, in so many tries, is switched off. */
const DEAD_AFTER_MS = 24 * 3_600_000;
const LEAST_FAILURES = 100;

/** How long failures are remembered after the last, ms. */
const KEPT_MS = 3 * DEAD_AFTER_MS;

const FAIL = script<number>(`
-- KEYS health
-- ARGV url, failures, now, how long it is kept
-- returns 1 when the endpoint is dead
if redis.call('HGET', KEYS[1], 'url') ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'url', ARGV[1], 'since', ARGV[3])
end
local failures = redis.call('HINCRBY', KEYS[1], 'failures', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local since = tonumber(redis.call('HGET', KEYS[1], 'since'))
return failures >= ${LEAST_FAILURES} and ARGV[3] - since >= ${DEAD_AFTER_MS} and 1 or 0`);

/**
 * Counts failed sends to the webhook of an app; true when nothing was accepted for 24 hours and at least 100 sends
 * failed (docs/rules/delivery.md#webhook).
 */
export const countWebhookFailures = async (
  redis: Redis,
  appId: string,
  { url, failures, now }: { url: string; failures: number; now: number },
): Promise<boolean> => (await FAIL(redis, [keys.webhookHealth(appId)], [url, failures, now, KEPT_MS])) === 1;

/** The webhook has accepted a send, or is to be given another chance. */
export async function forgetWebhookFailures(redis: Redis, appId: string): Promise<void> {
  await redis.del(keys.webhookHealth(appId));
}
