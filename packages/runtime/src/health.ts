import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf } from './error-message.ts';
import { type Address, type Listening, listen } from './listen.ts';
import type { Metrics } from './metrics.ts';

/** Whether a process can do its work, with the checks behind that. */
export interface Readiness {
  /** False takes the process out of service. */
  ready: boolean;
  /** The process works, but an operator should look at it. */
  degraded?: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** The sources of the answers. */
export interface HealthSources {
  metrics: Pick<Metrics, 'render'>;
  /** Checks readiness now. A check that fails or takes over two seconds means not ready. */
  ready: () => Promise<Readiness>;
  /** If set, /metrics requires it as bearer token. */
  metricsToken?: string | undefined;
}

/** An answer, independent of the HTTP server. */
export interface HealthAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A readiness check that can be switched off for good. */
export interface Drainable {
  ready: () => Promise<Readiness>;
  /** Makes the process not ready from now on, so that it gets no new work. */
  drain(): void;
}

/** Adds this switch to a readiness check. */
export function drainable(look: () => Promise<Readiness>): Drainable {
  let draining = false;
  return {
    ready: async () =>
      draining ? { ready: false, checks: { draining: { ok: false, detail: 'the process is stopping' } } } : look(),
    drain: () => {
      draining = true;
    },
  };
}

/** Probes should wait slightly longer, so that their log has our message. */
const READY_TIMEOUT_MS = 2_000;

/**
 * Serves `/livez`, `/readyz` and `/metrics` for a process without another HTTP server.
 *
 * @throws Error if the address cannot be listened on, like `listen`.
 */
export function startHealthServer(options: HealthSources & Address): Promise<Listening> {
  const server = createServer((request, response) => {
    void respond(request, response, options);
  });
  return listen(server, options);
}

async function respond(request: IncomingMessage, response: ServerResponse, sources: HealthSources): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? '/';
  const found =
    request.method === 'GET' || request.method === 'HEAD'
      ? await answerHealth(path, request.headers.authorization, sources)
      : undefined;
  const { status, headers, body } =
    found ?? failure(404, 'ERR_ROUTE_NOT_FOUND', `There is no ${request.method} ${path}.`);
  response.writeHead(status, headers).end(body);
}

/**
 * The answer to a GET of `/livez`, `/readyz` or `/metrics`, the same in every process; undefined for any other path.
 * Never rejects.
 */
export async function answerHealth(
  path: string,
  authorization: string | undefined,
  sources: HealthSources,
): Promise<HealthAnswer | undefined> {
  switch (path) {
    case '/livez':
      return json(200, { live: true });
    case '/readyz': {
      const readiness = await look(sources.ready);
      return json(readiness.ready ? 200 : 503, readiness);
    }
    case '/metrics':
      return mayReadMetrics(authorization, sources.metricsToken) ? scrape(sources.metrics) : UNAUTHORIZED;
    default:
      return undefined;
  }
}

/** Whether an Authorization header gives access to /metrics: always without a token; else compared in constant time. */
export function mayReadMetrics(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true;
  const given = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function look(ready: () => Promise<Readiness>): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${READY_TIMEOUT_MS} ms`)), READY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([ready(), late]);
  } catch (error) {
    return { ready: false, checks: { readiness: { ok: false, detail: messageOf(error) } } };
  } finally {
    clearTimeout(timer);
  }
}

async function scrape(metrics: Pick<Metrics, 'render'>): Promise<HealthAnswer> {
  try {
    const { contentType, body } = await metrics.render();
    return { status: 200, headers: { 'content-type': contentType }, body };
  } catch (error) {
    return failure(500, 'ERR_INTERNAL', `The metrics could not be read: ${messageOf(error)}.`);
  }
}

const json = (status: number, body: unknown): HealthAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

const failure = (status: number, code: string, message: string): HealthAnswer =>
  json(status, { error: { code, message } });

const unauthorized = failure(401, 'AUTH_ERR_APIKEY_NOT_FOUND', 'Metrics need the bearer token this process was given.');
const UNAUTHORIZED: HealthAnswer = {
  ...unauthorized,
  headers: { ...unauthorized.headers, 'www-authenticate': 'Bearer' },
};
