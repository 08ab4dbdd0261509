import { PROVIDER_KINDS } from '@fanfare/core';
import { parseCidrs } from '@fanfare/providers';
import { redisEnv } from '@fanfare/redis';
import {
  type Env,
  flag,
  intBetween,
  list,
  listBy,
  masterKeyEnv,
  processEnv,
  readEnv,
  trustEnv,
} from '@fanfare/runtime';
import { z } from 'zod';

const providers = list()
  .pipe(z.array(z.enum(PROVIDER_KINDS, { error: `expected some of ${PROVIDER_KINDS.join(', ')}` })))
  .transform((kinds) => (kinds.length > 0 ? kinds : [...PROVIDER_KINDS]));

const endpoint = z.url({ protocol: /^https$/, error: 'expected https://host[:port]' }).optional();

/**
 * What sender takes from the environment.
 *
 * @public `docs/configuration.md` is written from it.
 */
export const SenderEnv = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8082).describe('Port of health and metrics.'),
  ...redisEnv,
  ...masterKeyEnv,
  SENDER_PROVIDERS: providers.describe('Providers this process serves.'),
  SENDER_CONCURRENCY_CALL: intBetween(1, 1000, 50).describe('Sends in flight, lane call, per provider.'),
  SENDER_CONCURRENCY_CHAT: intBetween(1, 1000, 100).describe('Sends in flight, lane chat, per provider.'),
  SENDER_CONCURRENCY_BULK: intBetween(1, 1000, 100).describe('Sends in flight, lane bulk, per provider.'),
  FCM_ENDPOINT: endpoint.describe('Where FCM is; Google’s by default. For simulators and relays.'),
  APNS_ENDPOINT: endpoint.describe('Where APNs is; Apple’s by default.'),
  APNS_SANDBOX_ENDPOINT: endpoint.describe('Where the APNs sandbox is; Apple’s by default.'),
  FCM_TRANSPORT: z.enum(['http2', 'firebase-admin']).default('http2').describe('Who speaks to FCM.'),
  APNS_TRANSPORT: z.enum(['http2', 'apn']).default('http2').describe('Who speaks to APNs.'),
  ...trustEnv,
  WEBHOOK_ALLOW_HTTP: flag(false).describe('Allow webhooks over plain http. For development and private networks.'),
  WEBHOOK_ALLOW_CIDRS: listBy(parseCidrs).describe(
    'Networks webhooks may be in besides the public internet, e.g. 10.0.0.0/8.',
  ),
});
export type SenderConfig = z.infer<typeof SenderEnv>;

/**
 * The configuration in an environment, the process's own by default.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): SenderConfig => readEnv(SenderEnv, env);
