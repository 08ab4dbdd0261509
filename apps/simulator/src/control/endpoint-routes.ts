import { flag } from '@fanfare/runtime';
import { z } from 'zod';
import type { Endpoint } from '../webhook/endpoint.ts';
import type { EndpointConfig } from '../webhook/endpoint-config.ts';
import type { Endpoints } from '../webhook/endpoints.ts';
import { type Call, type ControlRoute, page } from './call.ts';
import { NoQuery, Paging } from './queries.ts';

const RequestsQuery = Paging.extend({ uid: z.string().min(1).optional() });
const CountsQuery = z.strictObject({ byUid: flag(false) });

/** The webhook receivers. */
export function endpointRoutes(endpoints: Endpoints): ControlRoute[] {
  const on = (act: (endpoint: Endpoint, call: Call) => void | Promise<void>) => (call: Call) =>
    act(endpoints.get(call.part('endpoint')), call);
  return [
    ['PUT /control/endpoints/{endpoint}', on(configure)],
    ['DELETE /control/endpoints/{endpoint}', on(clear)],
    ['GET /control/endpoints/{endpoint}/requests?uid=&after=&limit=', on(list)],
    [
      'GET /control/endpoints/{endpoint}/counts?byUid=',
      on((endpoint, call) => call.answer(endpoint.counts(call.query(CountsQuery)))),
    ],
  ];
}

async function configure(endpoint: Endpoint, call: Call): Promise<void> {
  endpoint.configure((await call.json()) as EndpointConfig);
  call.answer({ configured: endpoint.name });
}

function clear(endpoint: Endpoint, call: Call): void {
  call.query(NoQuery);
  endpoint.clear();
  call.answer({ cleared: endpoint.name });
}

function list(endpoint: Endpoint, call: Call): void {
  const { limit, ...query } = call.query(RequestsQuery);
  call.answer(page((most) => endpoint.requests({ ...query, limit: most }), limit));
}
