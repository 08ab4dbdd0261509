import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** How long after the last trigger of its moderation engine an app counts as moderating. */
const MODERATING_S = 7 * 24 * 3600;

/** Records that the app's moderation engine is active: it sent a trigger. */
export async function recordModeration(redis: Redis, appId: string): Promise<void> {
  await redis.set(keys.moderation(appId), '1', 'EX', MODERATING_S);
}

/** Whether the app's moderation engine sent a trigger in the last 7 days. */
export const isModerating = async (redis: Redis, appId: string): Promise<boolean> =>
  (await redis.exists(keys.moderation(appId))) === 1;
