import { archiveEnv } from '@fanfare/archive';
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
  trustedProxies,
} from '@fanfare/runtime';
import type { Quotas } from '@fanfare/store';
import { z } from 'zod';
import { parseOrigins } from './http/cors.ts';
import { HOST } from './routes/sdk/host.ts';

/** The largest value of each quota, here and for a single app. */
export const MOST: Quotas = {
  users: 1_000_000_000,
  groups: 1_000_000_000,
  members: 1_000_000_000,
  devicesPerUser: 1000,
  openEvents: 10_000_000,
  openCalls: 1_000_000,
  openMegabytes: 1_000_000,
};

/**
 * The environment variables of ingest.
 *
 * @public `docs/configuration.md` is generated from it.
 */
export const IngestEnv = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8080).describe('Port of the API.'),
  ...redisEnv,
  REDIS_WAIT_REPLICAS: intBetween(0, 10, 0).describe(
    'Replicas that must have an event before its 202; see [redis.md](redis.md#what-a-failover-may-lose).',
  ),
  ...laneEnv,
  FANFARE_ADMIN_KEY: z.string().min(32).describe('The operator’s key, at least 32 characters; the `adminkey` header.'),
  ...masterKeyEnv,
  FCM_ENDPOINT: z.url().optional().describe('URL of an FCM simulator or relay; service accounts may then name it.'),
  AUTH_FAILURES_PER_MINUTE: intBetween(0, 1_000_000, 30).describe(
    'Failed authentications allowed per address; 0: no limit.',
  ),
  TRUST_PROXY: trustedProxies().describe(
    'Trust X-Forwarded-For and X-Forwarded-Host: true, or the number of proxies in a row.',
  ),
  REQUESTS_PER_MINUTE_PER_KEY: intBetween(0, 10_000_000, 0).describe(
    'Requests per minute for each API key and session, across all ingests; 0: no limit.',
  ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL', abort: true })
    .refine(isOrigin, { error: 'expected no path, only e.g. https://push.example.com' })
    .optional()
    .describe('URL at which CometChat’s SDK reaches this API; by default the host of each request.'),
  EXTENSION_DOMAIN: z
    .string()
    .regex(HOST, { error: 'expected a host, e.g. push.example.com' })
    .optional()
    .describe('CometChat’s SDK calls push-notification-REGION.EXTENSION_DOMAIN/v2/tokens; by default the API’s host.'),
  CORS_ORIGINS: listBy(parseOrigins).describe(
    'Origins of web pages that may call the API, e.g. https://chat.example.com; * for any. None by default.',
  ),
  AUTH_TOKEN_IDLE_DAYS: intBetween(0, 3650, 0).describe(
    'Days without use after which an auth token expires; 0: never. A change reaches a token at its next use.',
  ),
  QUOTA_USERS_PER_APP: intBetween(1, MOST.users, 5_000_000).describe(
    'Users with a record an app may have. Users only named in an event or a member list have none.',
  ),
  QUOTA_GROUPS_PER_APP: intBetween(1, MOST.groups, 1_000_000).describe('Groups an app may have.'),
  QUOTA_MEMBERS_PER_APP: intBetween(1, MOST.members, 20_000_000).describe(
    'Memberships an app may have across all its groups.',
  ),
  QUOTA_DEVICES_PER_USER: intBetween(1, MOST.devicesPerUser, 100).describe(
    'Push tokens a user may have; beyond that, the one idle longest is removed.',
  ),
  QUOTA_OPEN_EVENTS_PER_APP: intBetween(1, MOST.openEvents, 50_000).describe(
    'Events of an app other than calls that may be open at a time: accepted, and not yet sent to all recipients.',
  ),
  QUOTA_OPEN_CALLS_PER_APP: intBetween(1, MOST.openCalls, 1000).describe(
    'Call events of an app that may be open at a time; other events do not count.',
  ),
  QUOTA_OPEN_MEGABYTES_PER_APP: intBetween(1, MOST.openMegabytes, 256).describe(
    'Total size of the open events of an app, and of its open calls, in megabytes each.',
  ),
  WEBHOOK_ALLOW_HTTP: flag(false).describe('Allow webhooks over plain http. For development and private networks.'),
  WEBHOOK_ALLOW_CIDRS: listBy(parseCidrs).describe('Private networks in which webhooks are allowed, e.g. 10.0.0.0/8.'),
  WEBHOOK_ALLOW_PORTS: listBy(parsePorts).describe(
    'Ports of other protocols, e.g. 25 or 6379, that webhooks may use anyway.',
  ),
  ...archiveEnv,
});
export type IngestConfig = z.infer<typeof IngestEnv>;

/**
 * Reads the configuration from an environment, by default the process's own.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): IngestConfig => readEnv(IngestEnv, env);

function isOrigin(url: string): boolean {
  const { pathname, search, hash, username } = new URL(url);
  return pathname === '/' && search + hash + username === '';
}
