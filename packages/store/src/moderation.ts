import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** How long after the last trigger of a moderation engine an app counts as moderating. */
const MODERATING_S = 7 * 24 * 3600;

/** Notes that the app's moderation engine is at work: one of its triggers came. */
export async function recordModeration(redis: Redis, appId: string): Promise<void> {
  await redis.set(keys.moderation(appId), '1', 'EX', MODERATING_S);
}

/** Whether a trigger of the app's moderation engine came in the last 7 days. */
export const isModerating = async (redis: Redis, appId: string): Promise<boolean> =>
  (await redis.exists(keys.moderation(appId))) === 1;
