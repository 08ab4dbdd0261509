import { z } from 'zod';
import { base64Bytes, intBetween } from './env.ts';
import { LOG_LEVELS } from './log.ts';

/**
 * The variables of every process, to spread into an app's schema: `z.object({ ...processEnv, PORT: … })`. `run` reads
 * the shutdown times by itself; they are here to be documented and checked with the rest.
 */
export const processEnv = {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all interfaces.'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` })
    .default('info')
    .describe('Minimum log level.'),
  METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address /metrics listens on, apart from HOST; 0.0.0.0 for all interfaces.'),
  METRICS_PORT: intBetween(0, 65_535, -1)
    .transform((port) => (port < 0 ? undefined : port))
    .describe('Port of /metrics; 0: any free port. Default: PORT + 100, or any free port if PORT is 0.'),
  METRICS_TOKEN: z.string().optional().describe('If set, /metrics requires it as bearer token.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe(
      'Where ingest, fanout and sender send traces by OTLP over HTTP, e.g. http://collector:4318; off without.',
    ),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('The share of requests that are traced, 0 to 1; those whose caller traces them are in any case.'),
  SHUTDOWN_GRACE_MS: intBetween(0, 3_600_000, 20_000).describe(
    'Milliseconds a stopping process may take to finish jobs in progress.',
  ),
  SHUTDOWN_DRAIN_MS: intBetween(0, 3_600_000, 0).describe(
    'Milliseconds of red /readyz between SIGTERM and the stop, for load balancers to notice.',
  ),
};

/** How long bodies that are still arriving may delay a shutdown, in ms: a tenth of the time it may take. */
export const bodyGraceMs = ({ SHUTDOWN_GRACE_MS }: { SHUTDOWN_GRACE_MS: number }): number => SHUTDOWN_GRACE_MS / 10;

/** The key that encrypts secrets at rest, for apps that read or write secrets. */
export const masterKeyEnv = {
  FANFARE_MASTER_KEY: base64Bytes(32).describe(
    'Key that encrypts the secrets of apps and providers: 32 bytes in base64.',
  ),
  FANFARE_MASTER_KEY_PREVIOUS: base64Bytes(32).optional().describe('The previous key, during rotation.'),
};

/** What decides the lane of an event. Must be the same for ingest and fanout. */
export const laneEnv = {
  BULK_AUDIENCE: intBetween(1, 1_000_000, 1000).describe(
    'Number of recipients above which an event goes to the bulk lane.',
  ),
};

/** The CAs that outgoing TLS connections trust. */
export const trustEnv = {
  EXTRA_CA_FILE: z.string().optional().describe('PEM file of CA certificates to trust in addition to the defaults.'),
};
