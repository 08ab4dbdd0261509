import type { IncomingMessage, ServerResponse } from 'node:http';
import { FanfareError } from '@fanfare/core';
import type { Apns } from '../apns/apns.ts';
import { pathOf } from '../exchange/http1.ts';
import type { Fcm } from '../fcm/fcm.ts';
import type { Endpoints } from '../webhook/endpoints.ts';
import { Call, type ControlRoute } from './call.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { apnsRoutes, fcmRoutes } from './push-routes.ts';

/** The parts under control. */
export interface ControlDeps {
  endpoints: Endpoints;
  fcm: Fcm;
  apns: Apns;
  /** The CA of the TLS port. */
  caPem: string;
}

/** Routes outside the control API, shown for browsers. */
const SERVED = [
  'POST /webhook/{endpoint}',
  'POST /token (TLS)',
  'POST /v1/projects/{project}/messages:send (TLS)',
  'POST /3/device/{token} (TLS, HTTP/2)',
];

/** The control API. */
export class Control {
  readonly #routes: { shown: string; method: string; path: RegExp; act: ControlRoute[1] }[];

  constructor(deps: ControlDeps) {
    const { endpoints, fcm, apns, caPem } = deps;
    const routes: ControlRoute[] = [
      ['GET /control', (call) => call.answer(this.#index(deps))],
      ['GET /control/ca.pem', (call) => call.answerPem(caPem)],
      ...endpointRoutes(endpoints),
      ...fcmRoutes(fcm),
      ...apnsRoutes(apns),
    ];
    this.#routes = routes.map(([shown, act]) => ({ shown, act, ...compiled(shown) }));
  }

  /**
   * Answers a request under /control.
   *
   * @throws FanfareError if the path is unknown or the call is wrong.
   */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url);
    for (const { method, path: pattern, act } of this.#routes) {
      const match = method === request.method ? pattern.exec(path) : null;
      if (match) return act(new Call(request, response, { ...match.groups }));
    }
    throw new FanfareError('ERR_ROUTE_NOT_FOUND', `There is no ${request.method} ${path}; see GET /control.`);
  }

  #index({ endpoints, fcm, apns }: ControlDeps) {
    return {
      endpoints: endpoints.all().map((endpoint) => ({ name: endpoint.name, ...endpoint.counts() })),
      fcm: fcm.counts(),
      apns: apns.counts(),
      routes: [...SERVED, ...this.#routes.map(({ shown }) => shown)],
    };
  }
}

/** Turns a route into a pattern: `{name}` matches any text without a slash. */
function compiled(shown: string): { method: string; path: RegExp } {
  const [method = '', target = ''] = shown.split(' ');
  const pattern = pathOf(target)
    .replace('.', '\\.')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]*)');
  return { method, path: new RegExp(`^${pattern}$`) };
}
