import type { IncomingMessage, ServerResponse } from 'node:http';
import { FanfareError } from '@fanfare/core';
import type { Logger } from '@fanfare/runtime';
import type { Control } from './control/control.ts';
import { Http1Exchange } from './exchange/http1.ts';
import { sendJson } from './http.ts';
import { DEFAULT_ENDPOINT, type Endpoints } from './webhook/endpoints.ts';

/** The handlers of the routes. */
export interface RouteDeps {
  endpoints: Endpoints;
  control: Control;
  log: Logger;
}

/** Answers any request; never rejects. */
export async function route(request: IncomingMessage, response: ServerResponse, deps: RouteDeps): Promise<void> {
  try {
    await lead(request, response, deps);
  } catch (error) {
    // A caller that disconnected gets no answer.
    if (request.errored) return;
    const known = error instanceof FanfareError ? error : unexpected(error, deps.log);
    sendJson(response, known.status, { error: { code: known.code, message: known.message } });
  }
}

async function lead(request: IncomingMessage, response: ServerResponse, deps: RouteDeps): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? '/';
  const [, first, second = DEFAULT_ENDPOINT] = /^\/([^/]*)(?:\/([^/]+))?\/?$/.exec(path) ?? [];
  if (first === 'webhook') return deps.endpoints.get(second).handle(new Http1Exchange(request, response));
  if (path === '/control' || path.startsWith('/control/')) return deps.control.handle(request, response);
  if (path === '/livez') return sendJson(response, 200, { live: true });
  throw new FanfareError('ERR_ROUTE_NOT_FOUND', `There is no ${request.method} ${path}; see GET /control.`);
}

function unexpected(error: unknown, log: Logger): FanfareError {
  log.error({ err: error }, 'request.failed');
  return new FanfareError('ERR_INTERNAL', 'A bug of the simulator; its log says more.', { cause: error });
}
