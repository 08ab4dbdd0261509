import { EXAMPLES, type Example, STAND_INS } from '@fanfare/ingest/app';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aMessage } from '../support/events.ts';
import { ask, asWritten, type Bindings, bindingsOf } from '../support/replay.ts';
import { BASIC_AUTH, createApp, posts, type System, startSystem } from '../support/system.ts';

/** From here on the examples take away what the others made. */
const FAREWELL = EXAMPLES.findIndex(({ operation }) => operation === 'DELETE /v3/me');
const made = EXAMPLES.slice(0, FAREWELL);

let system: System;
let bindings: Bindings;
let credentials: Record<string, string>[];
/** Every key of Redis while the first app was there. */
let keysOfFirst: Set<string>;

/** An app with everything an app can have, deleted. */
beforeAll(async () => {
  system = await startSystem();
  await system.admin.delete('/v3/apps/app123');
  system.hook.configure({ basicAuth: BASIC_AUTH, uids: { carol: { status: 400 } } });
  bindings = await bindingsOf(system);
  for (const example of made) asWritten((await ask(system, example, bindings)).body, example.answer, bindings);
  // What the examples have taken away again by then.
  const again = /^(POST .*\/(tokens|blockedusers|subscription)|PUT .*\/mute|PATCH .*\/(settings|preferences))$/;
  for (const example of made.filter(({ operation }) => again.test(operation))) await ask(system, example, bindings);
  const apikey = bindings.get(STAND_INS.apiKey) as string;
  credentials = [{ apikey }, { authtoken: bindings.get(STAND_INS.authToken) as string, appid: 'app123' }];
  const backend = new Api(system.url, { apikey });
  await until(async () => (await backend.get('/v3/dead-letters')).body.data.length > 0, 'a dead letter is there');
  await until(async () => (await system.redis.redis.keys('{p0}:open:*')).length === 0, 'every event is done');
  keysOfFirst = new Set(await keysNaming('app123'));
  await system.admin.delete('/v3/apps/app123');
  system.hook.configure({ basicAuth: BASIC_AUTH });
}, 60_000);
afterAll(() => system[Symbol.asyncDispose]());

const keysNaming = async (text: string): Promise<string[]> =>
  (await system.redis.redis.keys('*')).filter((key) => key.includes(text));

const accessOf = ({ operation }: Example) => {
  const [method, path = ''] = operation.split(' ');
  const url = path.replace(/\{(\w+)\}/g, ':$1');
  return system.routes.find((route) => route.method === method && route.url === url)?.access ?? 'anyone';
};

/** Every example that a credential of an app can ask for. */
const requests = () => EXAMPLES.filter((example) => ['publish', 'manage', 'user', 'login'].includes(accessOf(example)));

/** What shows the state of the app and changes none of it, though one of them is a POST. */
const looks = ({ operation }: Example) => operation.startsWith('GET ') || operation.endsWith('/read');

/** Operation, status and answer of a request, without what differs between any two apps. */
async function answerOf(example: Example, appId: string, apikey: string): Promise<string> {
  const access = accessOf(example);
  const login = async () => {
    const { body } = await new Api(system.url, { apikey }).post('/v3/users/bob/auth_tokens', {});
    return { authtoken: body.data.authToken as string, appid: appId };
  };
  const request = JSON.parse(JSON.stringify(example).replaceAll('"app123"', `"${appId}"`)) as Example;
  if (access === 'user') request.query = { ...request.query, uid: 'bob' };
  const { status, body } = await ask(system, request, bindings, access === 'session' ? await login() : { apikey });
  const answer = JSON.stringify(body, (key, value) => {
    if (key === 'durationMs') return 'duration';
    return typeof value === 'number' && value >= 1e9 ? 'time' : value;
  })
    .replaceAll(`"${appId}"`, '"app"')
    .replace(/"(id|authToken|jwt|prefix)":"(at_)?[\w.-]{8,}"/g, '"$1":"…"');
  return `${example.operation} ${status} ${answer}`;
}

test('an app created under the id of a deleted one answers every route as one that nothing has used', async () => {
  const keyOf = async (appId: string) => {
    await system.admin.post('/v3/apps', { appId });
    return (await system.admin.post(`/v3/apps/${appId}/apikeys`, {})).body.data.apiKey as string;
  };
  const [recreatedKey, unusedKey] = [await keyOf('app123'), await keyOf('unused')];
  // First what only looks: once the events are posted, its answers depend on how far their delivery is.
  const asked = requests();
  for (const example of [...asked.filter(looks), ...asked.filter((each) => !looks(each))]) {
    const answer = await answerOf(example, 'app123', recreatedKey);
    expect(answer).toBe(await answerOf(example, 'unused', unusedKey));
  }
}, 120_000);

test('no key of Redis is shared by the deleted app and the one created under its id', async () => {
  const internal = (await system.redis.redis.hget('{apps}:ids', 'app123')) as string;
  const own = await keysNaming(internal);
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter((key) => keysOfFirst.has(key))).toEqual([]);
  // The last statistics of the first are written some seconds after it was deleted, under its own internal id.
  const isOfFirst = (key: string) => keysOfFirst.has(key) || (key.startsWith('stats:') && !key.includes(internal));
  // The events of the second are still being packed, so keys of its own may have come since.
  const isOfSecond = (key: string) => own.includes(key) || key.includes(internal);
  expect((await keysNaming('app123')).filter((key) => !isOfFirst(key) && !isOfSecond(key))).toEqual([]);
});

test('no credential of the deleted app opens the new one', async () => {
  for (const credential of credentials) {
    for (const example of requests()) {
      const { status } = await ask(system, example, bindings, credential);
      expect(status === 401 || status === 403 ? '' : `${example.operation} ${status}`).toBe('');
    }
  }
});

test('what a deleted app had not delivered is not delivered by the one created under its id', async () => {
  const endpoint = system.hooks.endpoint('fleeting');
  endpoint.configure({ behaviour: { status: 503, headers: { 'retry-after': 2 } } });
  const provider = { webhookURL: `${system.hooks.url}/webhook/fleeting` };
  const withProvider = async () => {
    const backend = await createApp(system.admin, system.url, 'fleeting');
    await backend.post('/v3/notifications/push/v1/providers/custom', provider);
    return backend;
  };
  const first = await withProvider();
  await first.post('/v3/events', aMessage());
  await posts(endpoint, 1);
  await system.admin.delete('/v3/apps/fleeting');
  await withProvider();
  endpoint.configure({});
  const open = () => system.redis.redis.zcard('{p0}:open:chat');
  await until(async () => (await open()) === 0, 'every event is done', { timeoutMs: 30_000 });
  expect(endpoint.requests()).toHaveLength(1);
}, 60_000);
