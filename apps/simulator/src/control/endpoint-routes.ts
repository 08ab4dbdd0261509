import { flag } from '@fanfare/runtime';
import { z } from 'zod';
import type { EndpointConfig } from '../webhook/endpoint-config.ts';
import type { Endpoints } from '../webhook/endpoints.ts';
import { type Call, page, type Route } from './call.ts';
import { NoQuery, Paging } from './queries.ts';

const RequestsQuery = Paging.extend({ uid: z.string().min(1).optional() });
const CountsQuery = z.strictObject({ byUid: flag(false) });

/** The webhook receivers. */
export function endpointRoutes(endpoints: Endpoints): Route[] {
  const endpointOf = (call: Call) => endpoints.get(call.part('endpoint'));
  return [
    [
      'PUT /control/endpoints/{endpoint}',
      async (call) => {
        const endpoint = endpointOf(call);
        call.query(NoQuery);
        endpoint.configure((await call.json()) as EndpointConfig);
        call.answer({ configured: endpoint.name });
      },
    ],
    [
      'DELETE /control/endpoints/{endpoint}',
      (call) => {
        const endpoint = endpointOf(call);
        call.query(NoQuery);
        endpoint.clear();
        call.answer({ cleared: endpoint.name });
      },
    ],
    [
      'GET /control/endpoints/{endpoint}/requests?uid=&after=&limit=',
      (call) => {
        const endpoint = endpointOf(call);
        const { limit, ...query } = call.query(RequestsQuery);
        call.answer(page((most) => endpoint.requests({ ...query, limit: most }), limit));
      },
    ],
    [
      'GET /control/endpoints/{endpoint}/counts?byUid=',
      (call) => call.answer(endpointOf(call).counts(call.query(CountsQuery))),
    ],
  ];
}
