import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf } from './error-message.ts';
import { type Address, type Listening, listen } from './listen.ts';
import { closeIfUnread, holdBodies } from './unread-bodies.ts';

/** Whether a process can do its work, with the checks behind that. */
export interface Readiness {
  /** False takes the process out of service. */
  ready: boolean;
  /** The process works, but an operator should look at it. */
  degraded?: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** Checks readiness now. A check that fails or takes over two seconds means not ready. */
type Ready = () => Promise<Readiness>;

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
 * Serves `/livez` and `/readyz` for a process without another HTTP server.
 *
 * @throws Error if the address cannot be listened on, like `listen`.
 */
export function startHealthServer({ ready, ...address }: { ready: Ready } & Address): Promise<Listening> {
  return serve(address, (path) => answerHealth(path, ready));
}

type Answering = (path: string, authorization: string | undefined) => Promise<HealthAnswer | undefined>;

/** Serves GET and HEAD by a function; undefined is 404. No body is read. */
export function serve(address: Address, answering: Answering): Promise<Listening> {
  const server = createServer((request, response) => {
    void respond(request, response, answering);
  });
  holdBodies(server);
  return listen(server, address);
}

async function respond(request: IncomingMessage, response: ServerResponse, answering: Answering): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? '/';
  const found =
    request.method === 'GET' || request.method === 'HEAD'
      ? await answering(path, request.headers.authorization)
      : undefined;
  const { status, headers, body } =
    found ?? failure(404, 'ERR_ROUTE_NOT_FOUND', `There is no ${request.method} ${path}.`);
  closeIfUnread(request, response);
  response.writeHead(status, headers).end(body);
}

/** The answer to a GET of `/livez` or `/readyz` in any process; undefined for any other path. Never rejects. */
export async function answerHealth(path: string, ready: Ready): Promise<HealthAnswer | undefined> {
  switch (path) {
    case '/livez':
      return json(200, { live: true });
    case '/readyz': {
      const readiness = await look(ready);
      return json(readiness.ready ? 200 : 503, readiness);
    }
    default:
      return undefined;
  }
}

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

const json = (status: number, body: unknown): HealthAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

/** The answer of an error. */
export const failure = (status: number, code: string, message: string): HealthAnswer =>
  json(status, { error: { code, message } });
