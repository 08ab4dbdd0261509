import { expect, test } from '@jest/globals';
import { aControlledSimulator } from './setup.ts';

test('PUT configures an endpoint, as a whole', async () => {
  const { call, deliver } = await aControlledSimulator();
  const config = { behaviour: { status: 503 }, uids: { bob: [{ status: 429, times: 1 }, {}] } };
  expect(await call('PUT', '/endpoints/team', config)).toEqual({ status: 200, body: { configured: 'team' } });
  expect((await deliver('bob')).status).toBe(429);
  expect((await deliver('bob')).status).toBe(200);
  expect((await deliver('carol')).status).toBe(503);
  await call('PUT', '/endpoints/team', { basicAuth: { username: 'u', password: 'p' } });
  expect((await deliver('carol')).status).toBe(401);
});

test.each<[unknown, string]>([
  ['{', 'body: must be JSON'],
  [[], 'body: '],
  [{ behavior: {} }, 'behavior: is not a known field'],
  [{ behaviour: { status: 42 } }, 'behaviour.status: '],
  [{ behaviour: { status: '503' } }, 'behaviour.status: '],
  [{ behaviour: { latency: 5 } }, 'behaviour.latency: is not a known field'],
  [{ behaviour: { latencyMs: -1 } }, 'behaviour.latencyMs: '],
  [{ behaviour: { times: 0 } }, 'behaviour.times: '],
  [{ behaviour: { hang: false } }, 'behaviour.hang: '],
  [{ behaviour: { hang: true, status: 200 } }, 'behaviour.status: cannot be combined with hang'],
  [{ behaviour: { hang: true, reset: true } }, 'behaviour.reset: cannot be combined with hang'],
  [{ behaviour: { reset: true, body: 'x' } }, 'behaviour.body: cannot be combined with reset'],
  [{ behaviour: [] }, 'behaviour: '],
  [{ behaviour: [{ status: 503 }, {}] }, 'behaviour[0].times: is required, because other steps follow'],
  [{ behaviour: [{ status: 503, times: 1 }, { status: 1 }] }, 'behaviour[1].status: '],
  [{ behaviour: { headers: { 'a b': '1' } } }, 'behaviour.headers.a b: cannot be sent as a header'],
  [{ behaviour: { headers: { a: 'b\nc' } } }, 'behaviour.headers.a: cannot be sent as a header'],
  [{ behaviour: { headers: { a: true } } }, 'behaviour.headers.a: must be a string or a number'],
  [{ behaviour: { headers: { 'Content-Length': 3 } } }, 'behaviour.headers.Content-Length: is set by the simulator'],
  [{ uids: { bob: { status: 1 } } }, 'uids.bob.status: '],
  [{ basicAuth: { username: 'a:b', password: 'p' } }, 'basicAuth.username: cannot hold a colon'],
  [{ basicAuth: { username: 'a' } }, 'basicAuth.password: '],
  [{ signingSecret: 'hunter2' }, 'signingSecret: must be whsec_ and base64'],
])('PUT of %j is refused naming the field, and changes nothing', async (config, message) => {
  const { call, deliver } = await aControlledSimulator();
  await call('PUT', '/endpoints/team', { behaviour: { status: 418 } });
  expect(await call('PUT', '/endpoints/team', config)).toEqual({
    status: 400,
    body: { error: { code: 'ERR_BAD_REQUEST', message: expect.stringContaining(message) } },
  });
  expect((await deliver('bob')).status).toBe(418);
});

test('DELETE makes an endpoint as new', async () => {
  const { simulator, call, deliver } = await aControlledSimulator();
  await call('PUT', '/endpoints/team', { behaviour: { status: 500 } });
  await deliver('bob');
  expect(await call('DELETE', '/endpoints/team')).toEqual({ status: 200, body: { cleared: 'team' } });
  expect(simulator.endpoint('team').counts()).toMatchObject({ received: 0, answered: {}, uids: 0 });
  expect((await deliver('bob')).status).toBe(200);
  expect(simulator.endpoint('team').requests()).toMatchObject([{ sequence: 1 }]);
});

test('the index lists the endpoints with their counts, and the routes', async () => {
  const { call, deliver } = await aControlledSimulator();
  await deliver('bob');
  const { body } = await call('GET', '');
  expect(body).toMatchObject({ endpoints: [{ name: 'team', received: 1, answered: { 200: 1 } }] });
  expect(body.routes).toContain('PUT /control/endpoints/{endpoint}');
});

test.each([
  ['GET', '/endpoints/team/requests?limit=0', 'limit: expected a whole number from 1 to 1000'],
  ['GET', '/endpoints/team/requests?limit=many', 'limit: '],
  ['GET', '/endpoints/team/requests?after=-1', 'after: '],
  ['GET', '/endpoints/team/requests?before=1', 'before: is not a known field'],
  ['GET', '/endpoints/team/counts?byUid=maybe', 'byUid: '],
  ['DELETE', '/endpoints/team?uid=bob', 'uid: is not a known field'],
  ['PUT', '/endpoints/bad%20name', 'endpoint: must be 1 to 64 characters'],
  ['DELETE', '/endpoints/', 'endpoint: must be 1 to 64 characters'],
])('%s %s is refused naming the field', async (method, path, message) => {
  const { call } = await aControlledSimulator();
  expect(await call(method, path, method === 'PUT' ? {} : undefined)).toEqual({
    status: 400,
    body: { error: { code: 'ERR_BAD_REQUEST', message: expect.stringContaining(message) } },
  });
});

test.each([
  ['POST', '/endpoints/team'],
  ['GET', '/endpoints/team'],
  ['DELETE', '/endpoints/team/requests'],
  ['GET', '/endpoints/team/counts/x'],
  ['GET', '/endpoints'],
])('%s %s is a 404 that leads to the index', async (method, path) => {
  const { call } = await aControlledSimulator();
  expect(await call(method, path)).toEqual({
    status: 404,
    body: {
      error: { code: 'ERR_ROUTE_NOT_FOUND', message: `There is no ${method} /control${path}; see GET /control.` },
    },
  });
});

test('a configuration over 16 MiB is refused', async () => {
  const { call } = await aControlledSimulator();
  const answer = await call('PUT', '/endpoints/team', 'x'.repeat(16 * 1_048_576 + 1));
  expect(answer).toMatchObject({ status: 413, body: { error: { code: 'ERR_PAYLOAD_TOO_LARGE' } } });
});
