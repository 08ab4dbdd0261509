import { parseCidrs } from '@fanfare/providers';
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
  trustedProxies,
} from '@fanfare/runtime';
import { z } from 'zod';
import { parseOrigins } from './http/cors.ts';
import { HOST } from './routes/sdk/host.ts';

/**
 * What ingest takes from the environment.
 *
 * @public `docs/configuration.md` is written from it.
 */
export const IngestEnv = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8080).describe('Port of the API.'),
  ...redisEnv,
  ...laneEnv,
  FANFARE_ADMIN_KEY: z.string().min(32).describe('The operator’s key, at least 32 characters; the `adminkey` header.'),
  ...masterKeyEnv,
  FCM_ENDPOINT: z.url().optional().describe('Where FCM is, for simulators and relays; service accounts may name it.'),
  AUTH_FAILURES_PER_MINUTE: intBetween(0, 1_000_000, 30).describe('Failed authentications per address; 0 is no limit.'),
  TRUST_PROXY: trustedProxies().describe(
    'Take the client’s address from X-Forwarded-For, and the host it came by from X-Forwarded-Host: true, or how many proxies are in a row.',
  ),
  REQUESTS_PER_MINUTE_PER_KEY: intBetween(0, 10_000_000, 0).describe(
    'Requests an API key or a login may make a minute, over all ingests; 0 is no limit.',
  ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL', abort: true })
    .refine(isOrigin, { error: 'expected no path, only e.g. https://push.example.com' })
    .optional()
    .describe('Where CometChat’s SDK reaches this API; by default the host each client itself came by.'),
  EXTENSION_DOMAIN: z
    .string()
    .regex(HOST, { error: 'expected a host, e.g. push.example.com' })
    .optional()
    .describe('CometChat’s SDK calls push-notification-REGION.EXTENSION_DOMAIN/v2/tokens; by default the API’s host.'),
  CORS_ORIGINS: listBy(parseOrigins).describe(
    'Web pages that may call the API, e.g. https://chat.example.com; * for any. None by default.',
  ),
  WEBHOOK_ALLOW_HTTP: flag(false).describe('Allow webhooks over plain http. For development and private networks.'),
  WEBHOOK_ALLOW_CIDRS: listBy(parseCidrs).describe(
    'Networks webhooks may be in besides the public internet, e.g. 10.0.0.0/8.',
  ),
});
export type IngestConfig = z.infer<typeof IngestEnv>;

/**
 * The configuration in an environment, the process's own by default.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): IngestConfig => readEnv(IngestEnv, env);

function isOrigin(url: string): boolean {
  const { pathname, search, hash, username } = new URL(url);
  return pathname === '/' && search + hash + username === '';
}
