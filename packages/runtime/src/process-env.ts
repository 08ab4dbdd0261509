import { z } from 'zod';
import { base64Bytes, intBetween } from './env.ts';
import { LOG_LEVELS } from './log.ts';

/**
 * The settings every process has, for an app's schema to spread: `z.object({ ...processEnv, PORT: … })`.
 * The times of shutdown are among them so that they are documented and checked with the rest; `run` reads them by itself.
 */
export const processEnv = {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for every interface.'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` })
    .default('info')
    .describe('Least severe log level to write.'),
  METRICS_TOKEN: z.string().optional().describe('When set, /metrics wants it as bearer token.'),
  SHUTDOWN_GRACE_MS: intBetween(0, 3_600_000, 20_000).describe(
    'Milliseconds a stopping process may take to finish what is in hand.',
  ),
  SHUTDOWN_DRAIN_MS: intBetween(0, 3_600_000, 0).describe(
    'Milliseconds a process goes on after SIGTERM while /readyz is red, for load balancers to notice; before the grace.',
  ),
};

/** The key that encrypts secrets at rest, for every app that reads or writes one. */
export const masterKeyEnv = {
  FANFARE_MASTER_KEY: base64Bytes(32).describe('32 bytes in base64; encrypts the secrets of apps and providers.'),
  FANFARE_MASTER_KEY_PREVIOUS: base64Bytes(32).optional().describe('The key before, while keys are rotated.'),
};

/** What decides the lane of an event: ingest and fanout must agree. */
export const laneEnv = {
  BULK_AUDIENCE: intBetween(1, 1_000_000, 1000).describe('Recipients above which an event goes by the bulk lane.'),
};

/** Whom outgoing TLS connections trust. */
export const trustEnv = {
  EXTRA_CA_FILE: z.string().optional().describe('PEM file of certificates to trust besides the usual ones.'),
};
