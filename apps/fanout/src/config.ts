import { archiveEnv } from '@fanfare/archive';
import { parseCidrs, parsePorts } from '@fanfare/providers';
import { redisEnv } from '@fanfare/redis';
import {
  base64Bytes,
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

const Variables = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8081).describe('Port of health and metrics.'),
  ...redisEnv,
  ...laneEnv,
  FANFARE_MEMBERSHIP_KEY: base64Bytes(32)
    .optional()
    .describe('Key that decrypts the secrets of membership sources and nothing else: `fanfare keys derive`.'),
  FANFARE_MEMBERSHIP_KEY_PREVIOUS: base64Bytes(32).optional().describe('The previous one, during rotation.'),
  FANFARE_MASTER_KEY: base64Bytes(32)
    .optional()
    .describe('In place of FANFARE_MEMBERSHIP_KEY, where one environment serves all apps.'),
  FANFARE_MASTER_KEY_PREVIOUS: masterKeyEnv.FANFARE_MASTER_KEY_PREVIOUS,
  ...trustEnv,
  WEBHOOK_ALLOW_HTTP: flag(false).describe('Allow membership sources over plain http. For private networks.'),
  WEBHOOK_ALLOW_CIDRS: listBy(parseCidrs).describe(
    'Private networks in which membership sources are allowed, e.g. 10.0.0.0/8.',
  ),
  WEBHOOK_ALLOW_PORTS: listBy(parsePorts).describe(
    'Ports of other protocols, e.g. 25 or 6379, that webhooks may use anyway.',
  ),
  FANOUT_SLICE: intBetween(1, 5000, 500).describe('Recipients planned at a time.'),
  PACK_CALL: intBetween(1, 1000, 1).describe('Most deliveries per job in the call lane.'),
  PACK_CHAT: intBetween(1, 1000, 25).describe('Most deliveries per job in the chat lane.'),
  PACK_BULK: intBetween(1, 1000, 100).describe('Most deliveries per job in the bulk lane.'),
  FANOUT_CONCURRENCY_CALL: intBetween(1, 1000, 8).describe('Calls expanded at once.'),
  FANOUT_CONCURRENCY_CHAT: intBetween(1, 1000, 16).describe('Messages and other events expanded at once.'),
  FANOUT_CONCURRENCY_BULK: intBetween(1, 1000, 2).describe('Events for large groups expanded at once.'),
  ...archiveEnv,
});

/**
 * The environment variables of fanout.
 *
 * @public `docs/configuration.md` is generated from it.
 */
export const FanoutEnv = Variables.refine(
  ({ FANFARE_MEMBERSHIP_KEY, FANFARE_MASTER_KEY }) => FANFARE_MEMBERSHIP_KEY ?? FANFARE_MASTER_KEY,
  { path: ['FANFARE_MEMBERSHIP_KEY'], error: 'expected this, or FANFARE_MASTER_KEY' },
);
export type FanoutConfig = z.infer<typeof FanoutEnv>;

/**
 * Reads the configuration from an environment, by default the process's own.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): FanoutConfig => readEnv(FanoutEnv, env);
