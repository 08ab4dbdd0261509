import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Writable } from 'node:stream';
import { createLogger } from '@fanfare/runtime';
import { createApiKey, createSession, upsertGroup } from '@fanfare/store';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OverloadGuard } from '../../src/accept/overload.ts';
import { EXAMPLES } from '../../src/app.ts';
import { createServer } from '../../src/http/server.ts';
import { message, webhook } from '../support/cometchat-samples.ts';
import { ADMIN_KEY, NOW, privateDeps } from '../support/private-deps.ts';
import { type JsonSchema, junk, mutated, valuesOf } from './arbitrary.ts';

/** `npm run test:long` asks for ten thousand. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 1000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_129);

/** Requests under way at a time. */
const CONCURRENCY = 8;

interface Operation {
  parameters?: { name: string; in: string; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** What is written to the log from warnings on. */
const lines: string[] = [];
const destination = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk));
    done();
  },
});

const deps = await privateDeps();
deps.log = createLogger({ name: 'ingest', level: 'error', destination });
const { server, routes } = await createServer(deps, new OverloadGuard(deps), async () => ({ ready: true, checks: {} }));
afterAll(async () => {
  server.server.closeAllConnections();
  await server.close();
});

test(`${REQUESTS} requests made from the schemas: no 5xx and no error in the log`, async () => {
  await upsertGroup(deps.registry, 'demo', 'hiking', {}, NOW);
  const { apiKey: key } = await createApiKey(deps.registry, 'demo', {
    name: 'fuzz',
    scopes: ['publish', 'manage'],
    now: NOW,
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as { port: number };
  const document = (await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).json()) as Document;
  const requests = fc.sample(requestsTo(document), { numRuns: REQUESTS, seed: SEED });
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const statuses = new Map<number, number>();
  const failed: string[] = [];
  const send = async ({ method, path, headers, body }: FuzzRequest) => {
    const { authToken } = await createSession(deps.registry, 'demo', 'alice', NOW);
    const credentials = { session: { authtoken: authToken }, key: { apikey: key }, admin: { adminkey: ADMIN_KEY } };
    const { as = 'admin', ...rest } = headers;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { appid: 'demo', ...credentials[as as keyof typeof credentials], ...rest },
      ...(body === undefined ? {} : { body }),
    });
    await answer.arrayBuffer();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status >= 500) failed.push(`${answer.status} ${method} ${path} ${body?.slice(0, 300)}`);
  };
  const left = requests.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const request of left) await send(request);
    }),
  );
  lag.disable();
  const ms = (nanoseconds: number) => `${(nanoseconds / 1e6).toFixed(1)} ms`;
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  process.stdout.write(
    `Fuzzed ${REQUESTS} requests (seed ${SEED}): ${counts.join(', ')}. ` +
      `Event loop lag: p50 ${ms(lag.percentile(50))}, p99 ${ms(lag.percentile(99))}, max ${ms(lag.max)}\n`,
  );
  expect(failed).toEqual([]);
  expect(lines).toEqual([]);
  // Most must have got past authentication and, of those with bodies, many past validation.
  expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 10);
}, 600_000);

/** Test pushes wait for the answer of a sender, and none runs here. */
const needsSender = (url: string): boolean => url.endsWith('/test');

/** Requests to every route of the table that takes a caller, as its schemas have them, and wrong ones. */
function requestsTo({ paths, components }: Document): fc.Arbitrary<FuzzRequest> {
  const callable = routes.filter(
    ({ access, method, url }) => access !== 'anyone' && method !== 'HEAD' && !needsSender(url),
  );
  const arbitraries = callable.map(({ method, url, access }) => {
    const operation = paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    if (!operation) throw new Error(`${method} ${url} is not in the OpenAPI document`);
    const as =
      access === 'session'
        ? fc.constant('session')
        : access === 'admin'
          ? fc.constant('admin')
          : fc.constantFrom('key', 'admin');
    return fc.record({
      method: fc.constant(method),
      path: pathOf(url, operation, components.schemas),
      headers: headersOf(operation, as),
      body: bodyOf(method, url, operation, components.schemas),
    });
  });
  return fc.oneof(...arbitraries);
}

/** Not the app that is fuzzed, which must stay. */
const APP_IDS = ['other', 'nope', 'x~y', '..', '%2e%2e', 'é'];

function pathOf(url: string, { parameters = [] }: Operation, refs: Record<string, JsonSchema>): fc.Arbitrary<string> {
  const names = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  const params = names.map((name) =>
    name === 'appId'
      ? fc.constantFrom(...APP_IDS)
      : fc.oneof(fc.constantFrom('alice', 'bob', 'hiking', '1'), fc.string({ minLength: 1, unit: 'grapheme' })),
  );
  const query = parameters.filter((one) => one.in === 'query');
  const fields = Object.fromEntries(query.map(({ name, schema }) => [name, mutated(valuesOf(schema, refs))]));
  return fc.tuple(fc.tuple(...params), fc.record(fields, { requiredKeys: [] })).map(([values, asked]) => {
    let path = url;
    for (const [i, name] of names.entries()) path = path.replace(`:${name}`, encodeURIComponent(values[i] as string));
    const search = new URLSearchParams(
      Object.entries(asked).map(([name, value]) => [name, String(value)] as [string, string]),
    );
    return search.size === 0 ? path : `${path}?${search}`;
  });
}

function headersOf({ parameters = [] }: Operation, as: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> {
  const type = fc.oneof(
    { weight: 15, arbitrary: fc.constant('application/json') },
    { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/x-ndjson') },
  );
  const onBehalf = fc.constantFrom('alice', 'bob', 'no body', '');
  return fc
    .record({ as, 'content-type': type, onbehalfof: onBehalf }, { requiredKeys: ['as', 'content-type'] })
    .map(
      (headers) => (parameters.length === 0 ? { ...headers, onbehalfof: 'alice' } : headers) as Record<string, string>,
    );
}

function bodyOf(
  method: string,
  url: string,
  { requestBody }: Operation,
  refs: Record<string, JsonSchema>,
): fc.Arbitrary<string | undefined> {
  if (method === 'GET') return fc.constant(undefined);
  const content = requestBody?.content['application/json'];
  const samples = samplesOf(method, url);
  const values = fc.oneof(
    ...(content ? [valuesOf(content.schema, refs)] : []),
    ...(samples.length > 0 ? [fc.constantFrom(...samples)] : []),
    fc.constant({}),
  );
  return fc.oneof(
    { weight: 8, arbitrary: mutated(values).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: junk.map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.oneof(fc.string(), fc.constantFrom('', '{', '[1,', '{"a":1}{', '\ufeff{}', '{"uid":"alice"}\n')),
    },
  );
}

/** Bodies that are known to be good. */
function samplesOf(method: string, url: string): unknown[] {
  const examples = EXAMPLES.filter(
    ({ operation }) => operation === `${method} ${url.replace(/:(\w+)/g, '{$1}')}`,
  ).flatMap(({ body }) => (body === undefined ? [] : [body]));
  return url === '/v3/webhooks/cometchat' ? [...examples, webhook('message_sent', { message: message() })] : examples;
}
