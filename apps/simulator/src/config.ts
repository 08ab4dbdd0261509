import { type Env, flag, intBetween, list, processEnv, readEnv } from '@fanfare/runtime';
import { z } from 'zod';

const DEFAULT_TLS_PORT = 8443;

/**
 * The environment variables of the simulator.
 *
 * @public `docs/configuration.md` is generated from it.
 */
export const simulatorEnv = z.object({
  PORT: intBetween(0, 65_535, 8091).describe('Port of the webhook receivers and the control API; 0: any free port.'),
  TLS_PORT: intBetween(0, 65_535, DEFAULT_TLS_PORT)
    .removeDefault()
    .optional()
    .describe('Port of FCM, OAuth and APNs; 0: any free port. Default: 8443, or any free port if PORT is 0.'),
  HOST: processEnv.HOST,
  LOG_LEVEL: processEnv.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: processEnv.SHUTDOWN_GRACE_MS,
  SIMULATOR_TLS_DIR: z
    .string()
    .optional()
    .describe(
      'Folder that keeps the TLS certificate (ca.pem is the CA to trust). Default: a new certificate at each start.',
    ),
  SIMULATOR_TLS_NAMES: list().describe(
    'Names and IP addresses for the certificate, besides localhost, 127.0.0.1, ::1 and HOST.',
  ),
  SIMULATOR_SANDBOX_NAMES: list().describe(
    "Host names that stand for APNs' sandbox, besides those that contain `sandbox`.",
  ),
  SIMULATOR_TRUST_ANY: flag(false).describe(
    'Accept any well-formed assertion, access token and provider token, without checking its signature.',
  ),
  SIMULATOR_FCM_MAX_STREAMS: intBetween(1, 1_000_000, 100).describe(
    'Concurrent requests per HTTP/2 connection to FCM; the real service allows 100.',
  ),
  SIMULATOR_APNS_MAX_STREAMS: intBetween(1, 1_000_000, 1_000).describe(
    'Concurrent requests per HTTP/2 connection to APNs; the real service allows 1000.',
  ),
  SIMULATOR_REMEMBER_REQUESTS: intBetween(1, 1_000_000, 10_000).describe(
    'Requests that each endpoint, FCM and APNs keep in full; the oldest are dropped. Counts stay exact.',
  ),
  SIMULATOR_REMEMBER_UIDS: intBetween(2, 10_000_000, 1_000_000).describe(
    'Recipients or push tokens, and accepted deliveries, that each endpoint, FCM and APNs remember; 400 bytes each.',
  ),
});

export interface SimulatorConfig {
  host: string;
  /** 0: any free port. */
  port: number;
  /** 0: any free port. */
  tlsPort: number;
  /** Undefined: the certificate is kept in memory only. */
  tlsDir: string | undefined;
  /** In addition to localhost and `host`. */
  tlsNames: string[];
  /** In addition to names that contain `sandbox`. */
  sandboxNames: string[];
  trustAny: boolean;
  fcmMaxStreams: number;
  apnsMaxStreams: number;
  logLevel: z.infer<typeof simulatorEnv>['LOG_LEVEL'];
  rememberRequests: number;
  rememberUids: number;
}

/**
 * The configuration in an environment, the process's own by default; `readConfig({ PORT: '0' })` in a test.
 *
 * @throws ConfigError listing every problem.
 */
export function readConfig(env?: Env): SimulatorConfig {
  const read = readEnv(simulatorEnv, env);
  return {
    host: read.HOST,
    port: read.PORT,
    tlsPort: read.TLS_PORT ?? (read.PORT === 0 ? 0 : DEFAULT_TLS_PORT),
    tlsDir: read.SIMULATOR_TLS_DIR,
    tlsNames: read.SIMULATOR_TLS_NAMES,
    sandboxNames: read.SIMULATOR_SANDBOX_NAMES,
    trustAny: read.SIMULATOR_TRUST_ANY,
    fcmMaxStreams: read.SIMULATOR_FCM_MAX_STREAMS,
    apnsMaxStreams: read.SIMULATOR_APNS_MAX_STREAMS,
    logLevel: read.LOG_LEVEL,
    rememberRequests: read.SIMULATOR_REMEMBER_REQUESTS,
    rememberUids: read.SIMULATOR_REMEMBER_UIDS,
  };
}
