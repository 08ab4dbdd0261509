import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest, FanfareError, fieldProblems } from '@fanfare/core';
import { flag, intBetween } from '@fanfare/runtime';
import { z } from 'zod';
import { readBody, sendJson } from '../http.ts';
import type { Endpoint } from '../webhook/endpoint.ts';
import type { EndpointConfig } from '../webhook/endpoint-config.ts';
import type { Endpoints } from '../webhook/endpoints.ts';

/** Room for a behaviour of each of a hundred thousand uids. */
const MAX_BODY_BYTES = 16 * 1_048_576;

/** What the index shows to whoever looks around with a browser. */
const ROUTES = [
  'POST /webhook/{endpoint}',
  'GET /control',
  'PUT /control/endpoints/{endpoint}',
  'DELETE /control/endpoints/{endpoint}',
  'GET /control/endpoints/{endpoint}/requests?uid=&after=&limit=',
  'GET /control/endpoints/{endpoint}/counts?byUid=',
];

const RequestsQuery = z.strictObject({
  uid: z.string().min(1).optional(),
  after: intBetween(0, Number.MAX_SAFE_INTEGER, 0),
  limit: intBetween(1, 1_000, 100),
});
const CountsQuery = z.strictObject({ byUid: flag(false) });
const NoQuery = z.strictObject({});

/** A call of the control API, taken apart. */
interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  query: Record<string, string>;
}

/** By method and what follows the endpoint's name. */
const ACTIONS: Record<string, (endpoint: Endpoint, call: Call) => void | Promise<void>> = {
  'PUT ': configure,
  'DELETE ': (endpoint, { response, query }) => {
    parse(NoQuery, query);
    endpoint.clear();
    sendJson(response, 200, { cleared: endpoint.name });
  },
  'GET /requests': (endpoint, { response, query }) => {
    const { limit, ...rest } = parse(RequestsQuery, query);
    const found = endpoint.requests({ ...rest, limit: limit + 1 });
    const requests = found.slice(0, limit);
    sendJson(response, 200, { requests, next: found.length > limit ? requests.at(-1)?.sequence : null });
  },
  'GET /counts': (endpoint, { response, query }) => {
    sendJson(response, 200, endpoint.counts(parse(CountsQuery, query)));
  },
};

/**
 * Answers a request under /control. `next` of a page of requests is the `after` of the following one, null on the last.
 *
 * @throws FanfareError when there is nothing under that path or something is wrong with the call.
 */
export async function control(request: IncomingMessage, response: ServerResponse, endpoints: Endpoints): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  if (request.method === 'GET' && url.pathname === '/control') return sendJson(response, 200, index(endpoints));
  const [, name, rest] = /^\/control\/endpoints\/([^/]*)(\/[^/]*)?$/.exec(url.pathname) ?? [];
  const action = ACTIONS[`${request.method} ${rest ?? ''}`];
  if (name === undefined || !action) {
    throw new FanfareError('ERR_ROUTE_NOT_FOUND', `There is no ${request.method} ${url.pathname}; see GET /control.`);
  }
  await action(endpoints.get(name), { request, response, query: Object.fromEntries(url.searchParams) });
}

const index = (endpoints: Endpoints) => ({
  endpoints: endpoints.all().map((endpoint) => ({ name: endpoint.name, ...endpoint.counts() })),
  routes: ROUTES,
});

async function configure(endpoint: Endpoint, { request, response, query }: Call): Promise<void> {
  parse(NoQuery, query);
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) {
    throw new FanfareError('ERR_PAYLOAD_TOO_LARGE', `body: is larger than ${MAX_BODY_BYTES} bytes`);
  }
  endpoint.configure(jsonOf(body) as EndpointConfig);
  sendJson(response, 200, { configured: endpoint.name });
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new FanfareError('ERR_BAD_REQUEST', 'body: must be JSON', { cause });
  }
}

function parse<Schema extends z.ZodObject>(schema: Schema, query: Record<string, string>): z.output<Schema> {
  const parsed = schema.safeParse(query);
  if (!parsed.success) throw badRequest(fieldProblems(parsed.error));
  return parsed.data;
}
