import { parseCidrs } from '@fanfare/providers';
import { base64Bytes, type Env, flag, intBetween, listBy, processEnv, readEnv } from '@fanfare/runtime';
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
  BULK_AUDIENCE: intBetween(1, 1_000_000, 1000).describe('Recipients above which an event goes by the bulk lane.'),
  FANFARE_MASTER_KEY: base64Bytes(32).describe('32 bytes in base64; decrypts the secrets of membership sources.'),
  FANFARE_MASTER_KEY_PREVIOUS: base64Bytes(32).optional().describe('The key before, while keys are rotated.'),
  EXTRA_CA_FILE: z.string().optional().describe('PEM file of certificates to trust besides the usual ones.'),
  WEBHOOK_ALLOW_HTTP: flag(false).describe('Allow membership sources over plain http. For private networks.'),
  WEBHOOK_ALLOW_CIDRS: listBy(parseCidrs).describe(
    'Networks membership sources may be in besides the public internet, e.g. 10.0.0.0/8.',
  ),
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
