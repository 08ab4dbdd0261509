import { intBetween } from '@fanfare/runtime';
import { z } from 'zod';

/** The variables of every app that uses Redis, to spread into its schema beside `processEnv`. */
export const redisEnv = {
  REDIS_URL: z.string().describe('URL of the registry’s Redis, e.g. redis://localhost:6379.'),
  QUEUE_REDIS_URL: z.string().optional().describe('URL of the Redis for queues and ledger; REDIS_URL by default.'),
  QUEUE_SHARDS: intBetween(1, 1024, 1).describe('Number of shards of the queues. It may grow but must never shrink.'),
};
