import { intBetween } from '@fanfare/runtime';
import { z } from 'zod';
import { parseRedisUrl } from './redis-url.ts';
import { MAX_SHARDS } from './shard-tag.ts';

/** A URL that `connectRedis` takes. */
const redisUrl = z.string().check((context) => {
  try {
    parseRedisUrl(context.value);
  } catch (error) {
    // Without the value, which may contain a password.
    context.issues.push({ code: 'custom', message: (error as Error).message, input: undefined });
  }
});

/** The variables of every app that uses Redis, to spread into its schema beside `processEnv`. */
export const redisEnv = {
  REDIS_URL: redisUrl.describe(
    'The registry’s Redis, e.g. redis://localhost:6379; a cluster or Sentinel as in [redis.md](redis.md).',
  ),
  QUEUE_REDIS_URL: redisUrl
    .optional()
    .describe('The Redis for queues and ledger, which belong together; REDIS_URL by default.'),
  QUEUE_SHARDS: intBetween(1, MAX_SHARDS, 1).describe(
    'Number of shards of the queues; [redis.md](redis.md#on-a-cluster) says how to change it.',
  ),
};
