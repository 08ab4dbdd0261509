import { parseCidrs, parsePorts } from '@fanfare/providers';
import { redisEnv } from '@fanfare/redis';
import {
  type Env,
  flag,
  intBetween,
  laneEnv,
  listBy,
  masterKeyEnv,
  processEnv,
  readEnv,
  trustEnv,
} from '@fanfare/runtime';
import { z } from 'zod';

/**
 * The environment variables of fanout.
 *
 * @public `docs/configuration.md` is generated from it.
 */
export const FanoutEnv = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8081).describe('Port of health and metrics.'),
  ...redisEnv,
  ...laneEnv,
  ...masterKeyEnv,
  ...trustEnv,
  WEBHOOK_ALLOW_HTTP: flag(false).describe('Allow membership sources over plain http. For private networks.'),
  WEBHOOK_ALLOW_CIDRS: listBy(parseCidrs).describe(
    'Private networks in which membership sources are allowed, e.g. 10.0.0.0/8.',
  ),
  WEBHOOK_ALLOW_PORTS: listBy(parsePorts).describe(
    'Ports of other protocols, e.g. 25 or 6379, that webhooks may use anyway.',
  ),
  FANOUT_SLICE: intBetween(1, 5000, 500).describe('Recipients planned at a time.'),
  FANOUT_CONCURRENCY_CALL: intBetween(1, 1000, 8).describe('Calls expanded at once.'),
  FANOUT_CONCURRENCY_CHAT: intBetween(1, 1000, 16).describe('Messages and other events expanded at once.'),
  FANOUT_CONCURRENCY_BULK: intBetween(1, 1000, 2).describe('Events for large groups expanded at once.'),
});
export type FanoutConfig = z.infer<typeof FanoutEnv>;

/**
 * Reads the configuration from an environment, by default the process's own.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): FanoutConfig => readEnv(FanoutEnv, env);
