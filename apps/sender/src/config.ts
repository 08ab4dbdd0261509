import { PROVIDER_KINDS } from '@fanfare/core';
import { parseCidrs, parsePorts } from '@fanfare/providers';
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
  .pipe(z.array(z.enum(PROVIDER_KINDS, { error: `expected any of ${PROVIDER_KINDS.join(', ')}` })))
  .transform((kinds) => (kinds.length > 0 ? kinds : [...PROVIDER_KINDS]));

const endpoint = z.url({ protocol: /^https$/, error: 'expected https://host[:port]' }).optional();

/**
 * The environment variables of sender.
 *
 * @public `docs/configuration.md` is generated from it.
 */
export const SenderEnv = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8082).describe('Port of health and metrics.'),
  ...redisEnv,
  ...masterKeyEnv,
  SENDER_PROVIDERS: providers.describe('Providers this process serves.'),
  SENDER_CONCURRENCY_CALL: intBetween(1, 1000, 50).describe('Concurrent sends per provider in the call lane.'),
  SENDER_CONCURRENCY_CHAT: intBetween(1, 1000, 100).describe('Concurrent sends per provider in the chat lane.'),
  SENDER_CONCURRENCY_BULK: intBetween(1, 1000, 100).describe('Concurrent sends per provider in the bulk lane.'),
  FCM_ENDPOINT: endpoint.describe('URL of FCM; Google’s by default. For simulators and relays.'),
  APNS_ENDPOINT: endpoint.describe('URL of APNs; Apple’s by default.'),
  APNS_SANDBOX_ENDPOINT: endpoint.describe('URL of the APNs sandbox; Apple’s by default.'),
  FCM_TRANSPORT: z
    .enum(['http2', 'firebase-admin'])
    .default('http2')
    .describe('Client for FCM: http2, our own, or firebase-admin.'),
  APNS_TRANSPORT: z
    .enum(['http2', 'apn'])
    .default('http2')
    .describe('Client for APNs: http2, our own, or apn (node-apn).'),
  HTTP2_CLIENT: z
    .enum(['lean', 'node'])
    .default('lean')
    .describe('Client of the transport http2: lean, our own HTTP/2, or node, that of Node.'),
  ...trustEnv,
  WEBHOOK_ALLOW_HTTP: flag(false).describe('Allow webhooks over plain http. For development and private networks.'),
  WEBHOOK_ALLOW_CIDRS: listBy(parseCidrs).describe('Private networks in which webhooks are allowed, e.g. 10.0.0.0/8.'),
  WEBHOOK_ALLOW_PORTS: listBy(parsePorts).describe(
    'Ports of other protocols, e.g. 25 or 6379, that webhooks may use anyway.',
  ),
});
export type SenderConfig = z.infer<typeof SenderEnv>;

/**
 * Reads the configuration from an environment, by default the process's own.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): SenderConfig => readEnv(SenderEnv, env);
