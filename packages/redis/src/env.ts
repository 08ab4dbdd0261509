import { intBetween } from '@fanfare/runtime';
import { z } from 'zod';

/** The settings of every app that talks to Redis, for its schema to spread beside `processEnv`. */
export const redisEnv = {
  REDIS_URL: z.string().describe('Redis of the registry, e.g. redis://localhost:6379.'),
  QUEUE_REDIS_URL: z.string().optional().describe('Redis of queues and ledger; REDIS_URL by default.'),
  QUEUE_SHARDS: intBetween(1, 1024, 1).describe('Shards the queues are spread over; may grow, never shrink.'),
};
