import { type Env, intBetween, processEnv, readEnv } from '@fanfare/runtime';
import { z } from 'zod';

/**
 * What fanout takes from the environment.
 *
 * @public `docs/configuration.md` is written from it.
 */
export const FanoutEnv = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8081).describe('Port of health and metrics.'),
  REDIS_URL: z.string().describe('Redis of the registry, e.g. redis://localhost:6379.'),
  QUEUE_REDIS_URL: z.string().optional().describe('Redis of queues and ledger; REDIS_URL by default.'),
  QUEUE_SHARDS: intBetween(1, 1024, 1).describe('Shards the queues are spread over; may grow, never shrink.'),
  FANOUT_SLICE: intBetween(1, 5000, 500).describe('Recipients planned at a time.'),
  FANOUT_CONCURRENCY_CALL: intBetween(1, 1000, 8).describe('Calls expanded at once.'),
  FANOUT_CONCURRENCY_CHAT: intBetween(1, 1000, 16).describe('Messages and other events expanded at once.'),
  FANOUT_CONCURRENCY_BULK: intBetween(1, 1000, 2).describe('Events for large groups expanded at once.'),
});
export type FanoutConfig = z.infer<typeof FanoutEnv>;

/**
 * The configuration in an environment, the process's own by default.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): FanoutConfig => readEnv(FanoutEnv, env);
