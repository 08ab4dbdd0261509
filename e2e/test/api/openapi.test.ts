import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aMessage } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

interface Operation {
  responses?: Record<string, { content?: Record<string, { schema?: Record<string, unknown> }> }>;
}

interface Documented {
  method: string;
  path: string;
  operation: Operation;
}

/** Every documented operation; parameters of the path are "x". */
async function documented({ url }: System): Promise<Documented[]> {
  const spec = (await new Api(url, {}).get('/openapi.json')).body;
  return Object.entries(spec.paths as Record<string, Record<string, Operation>>).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{[^}]+\}/g, 'x'),
      operation,
    })),
  );
}

/** May call every route of the app. */
const asOperator = ({ url, env }: System) => new Api(url, { adminkey: env.FANFARE_ADMIN_KEY, appid: 'app123' });

const call = (api: Api, { method, path }: Documented) =>
  api.call(method, path, method === 'GET' || method === 'DELETE' ? undefined : {});

test('the description is OpenAPI 3, for everyone to read', async () => {
  await using system = await startSystem({ apps: [] });
  const { status, body } = await new Api(system.url, {}).get('/openapi.json');
  expect(status).toBe(200);
  expect(body.openapi).toMatch(/^3\.\d+\.\d+$/);
  expect(body.info).toMatchObject({ title: 'Fanfare' });
  expect(Object.keys(body.paths)).toContain('/v3/events');
});

test('every documented operation exists, with and without a credential', async () => {
  await using system = await startSystem({ apps: [] });
  const operator = asOperator(system);
  const missing = await operator.get('/v3/nothing/here');
  expect([missing.status, missing.body.error.code]).toEqual([404, 'ERR_ROUTE_NOT_FOUND']);
  const operations = await documented(system);
  expect(operations.length).toBeGreaterThan(30);
  const wrong: string[] = [];
  for (const operation of operations) {
    for (const api of [new Api(system.url, {}), operator]) {
      const { status, body } = await call(api, operation);
      const code = body?.error?.code;
      if (code === 'ERR_ROUTE_NOT_FOUND' || status >= 500) {
        wrong.push(`${operation.method} ${operation.path}: ${status} ${code}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('every documented operation says what it answers when it succeeds', async () => {
  await using system = await startSystem({ apps: [] });
  const wanting = (await documented(system)).filter(({ operation }) => {
    const good = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith('2'));
    const schema = good[0]?.[1].content?.['application/json']?.schema;
    return schema === undefined || Object.keys(schema).length === 0;
  });
  expect(wanting.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test('/v3.0/ is the same as /v3/', async () => {
  await using system = await startSystem({ apps: [] });
  const operator = asOperator(system);
  const old = (path: string) => path.replace('/v3/', '/v3.0/');
  for (const operation of await documented(system)) {
    if (operation.method !== 'GET') continue;
    const path = `${operation.path}?uid=bob`;
    const [now, then] = [await operator.get(path), await operator.get(old(path))];
    // The state of the system has the time at which it was read.
    if (operation.path === '/v3/system') then.body.data.at = now.body.data.at;
    expect({ path, status: then.status, body: then.body }).toEqual({ path, status: now.status, body: now.body });
  }
  const event = aMessage();
  expect((await system.backend.post('/v3.0/events', event)).body.data.events).toEqual([
    { id: event.id, status: 'accepted' },
  ]);
  expect((await system.backend.post('/v3/events', event)).body.data.events).toEqual([
    { id: event.id, status: 'duplicate' },
  ]);
  await system.backend.put('/v3.0/groups/hiking', { name: 'Hiking group' });
  expect((await system.backend.get('/v3/groups/hiking')).body.data).toMatchObject({ name: 'Hiking group' });
  const missing = await operator.get('/v3.0/nothing/here');
  expect([missing.status, missing.body.error.code]).toEqual([404, 'ERR_ROUTE_NOT_FOUND']);
});
