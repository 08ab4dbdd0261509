import { createHash, timingSafeEqual } from 'node:crypto';
import { messageOf } from './error-message.ts';
import { failure, type HealthAnswer, serve } from './health.ts';
import type { Listening } from './listen.ts';
import type { Metrics } from './metrics.ts';

/** The part of a process's configuration that says where its metrics are. */
interface MetricsConfig {
  PORT: number;
  METRICS_HOST: string;
  METRICS_PORT?: number | undefined;
  METRICS_TOKEN?: string | undefined;
}

/** Metrics are this far above the port of the process where nothing else is said. */
const DISTANCE = 100;

/**
 * Serves `/metrics` on a port of its own, on loopback unless configured otherwise: callers of the API and users of the
 * console must not see how much of what is sent.
 *
 * @throws Error if the address cannot be listened on, like `listen`.
 */
export function startMetricsServer(config: MetricsConfig, metrics: Pick<Metrics, 'render'>): Promise<Listening> {
  const { PORT, METRICS_HOST: host, METRICS_PORT, METRICS_TOKEN } = config;
  const port = METRICS_PORT ?? (PORT === 0 ? 0 : Math.min(PORT + DISTANCE, 65_535));
  return serve({ host, port }, async (path, authorization) => {
    if (path !== '/metrics') return undefined;
    return mayReadMetrics(authorization, METRICS_TOKEN) ? scrape(metrics) : UNAUTHORIZED;
  });
}

/** Whether an Authorization header gives access to /metrics: always without a token; else compared in constant time. */
function mayReadMetrics(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true;
  const given = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function scrape(metrics: Pick<Metrics, 'render'>): Promise<HealthAnswer> {
  try {
    const { contentType, body } = await metrics.render();
    return { status: 200, headers: { 'content-type': contentType }, body };
  } catch (error) {
    return failure(500, 'ERR_INTERNAL', `The metrics could not be read: ${messageOf(error)}.`);
  }
}

const unauthorized = failure(401, 'AUTH_ERR_APIKEY_NOT_FOUND', 'Metrics need the bearer token this process was given.');
const UNAUTHORIZED: HealthAnswer = {
  ...unauthorized,
  headers: { ...unauthorized.headers, 'www-authenticate': 'Bearer' },
};
