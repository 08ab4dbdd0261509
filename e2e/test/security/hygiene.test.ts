import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addPushProviders, logIn } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const CUSTOM = '/v3/notifications/push/v1/providers/custom';
const SETTINGS = '/v3/notifications/v1/settings';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  await addPushProviders(system);
});
afterAll(() => system[Symbol.asyncDispose]());

test('every answer, to whatever request, forbids caches to keep it and browsers to guess its type', async () => {
  const asked = [...system.routes.map(({ method, url }) => [method, url]), ['GET', '/nowhere'], ['GET', '/%zz']];
  for (const [method, path] of asked as [string, string][]) {
    const { headers } = await fetch(system.url + path.replace('*', 'index.html'), { method });
    const got = [headers.get('cache-control'), headers.get('x-content-type-options')];
    expect([method, path, ...got]).toEqual([method, path, 'no-store', 'nosniff']);
  }
});

test('the settings of the SDK, which depend on the host, are kept by no cache', async () => {
  const answer = await fetch(`${system.url}/v3/settings`, { headers: { appid: 'app123' } });
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
});

describe('a secret', () => {
  test('of the webhook goes when it moves to another origin, and the answer says so', async () => {
    const move = (webhookURL: string, more = {}) =>
      system.backend.put(CUSTOM, { webhookURL, useBasicAuth: false, ...more });
    const at = (host: string) => `http://127.0.0.1:${host}/hook`;
    expect((await move(at('9001'), { signingSecret: SECRET })).body.data.pushProviders).toMatchObject([
      { signed: true },
    ]);
    const same = (await move(`${at('9001')}2`)).body.data;
    expect([same.pushProviders[0].signed, same.dropped]).toEqual([true, undefined]);
    const moved = (await move(at('9002'))).body.data;
    expect([moved.pushProviders[0].signed, moved.dropped]).toEqual([false, ['signingSecret']]);
    const again = (await move(at('9003'), { signingSecret: SECRET })).body.data;
    expect([again.pushProviders[0].signed, again.dropped]).toEqual([true, undefined]);
    const off = (await move(at('9004'), { signingSecret: null })).body.data;
    expect([off.pushProviders[0].signed, off.dropped]).toEqual([false, undefined]);
  });

  test('of the membership source goes the same way', async () => {
    const set = async (membership: object | null) => (await system.backend.patch(SETTINGS, { membership })).body.data;
    expect((await set({ url: 'http://127.0.0.1:9001/m', secret: SECRET })).dropped).toBeUndefined();
    expect((await set({ url: 'http://127.0.0.1:9001/n' })).dropped).toBeUndefined();
    expect((await set({ url: 'http://127.0.0.1:9002/m' })).dropped).toEqual(['membership.secret']);
    expect((await set(null)).dropped).toBeUndefined();
  });
});

test.each([22, 25, 6379, 6667, 11211])('a webhook to port %d is refused', async (port) => {
  const webhookURL = `http://127.0.0.1:${port}/hook`;
  const answer = await system.backend.put(CUSTOM, { webhookURL, useBasicAuth: false });
  expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining(`port ${port}`)]);
  const membership = { url: webhookURL };
  expect((await system.backend.patch(SETTINGS, { membership })).status).toBe(400);
});

test('a list of members is emptied only by who says so', async () => {
  const { backend } = system;
  await backend.put('/v3/groups/hiking', {});
  await backend.loadMembers('hiking', ['alice', 'bob']);
  const empty = (query: string) =>
    backend.call('PUT', `/v3/groups/hiking/members${query}`, '', { 'content-type': 'application/x-ndjson' });
  expect(await empty('')).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('empty=true') } },
  });
  expect((await backend.get('/v3/groups/hiking')).body.data.membersCount).toBe(2);
  expect((await empty('?empty=true')).body.data).toEqual({ members: 0 });
});

test('reading (a_user_b, c) leaves the badge of (a, b_user_c) alone', async () => {
  await using whole = await startSystem();
  await whole.backend.patch(SETTINGS, { badge: true });
  // Both conversations have the id a_user_b_user_c; c is in one, and b_user_c in the other.
  const one = aMessage({ sender: { uid: 'a_user_b' }, conversation: { type: 'user', id: 'c' }, message: { id: '1' } });
  const other = aMessage({
    sender: { uid: 'a' },
    conversation: { type: 'user', id: 'b_user_c' },
    message: { id: '2' },
  });
  const key = async (event: { id: string }) => {
    await whole.backend.post('/v3/events', event);
    await whole.done(event.id);
    const keys = await whole.redis.redis.keys('unread:*');
    const fields = await Promise.all(keys.map((name) => whole.redis.redis.hkeys(name)));
    return fields.flat().filter((field) => field.startsWith('c:'));
  };
  const first = await key(one);
  const both = await key(other);
  expect([new Set(first).size, new Set(both).size]).toEqual([1, 2]);
});

test('an auth token that is not used for as long as allowed expires; one in use does not', async () => {
  await using strict = await startSystem({ apps: [], env: { AUTH_TOKEN_IDLE_DAYS: '30' } });
  const token = await logIn(strict, 'bob');
  expect((await strict.asUser(token).get('/v3/me')).status).toBe(200);
  const [key] = await strict.redis.redis.keys('session:*');
  expect(await strict.redis.redis.ttl(key as string)).toBe(30 * 24 * 3600);
  await strict.redis.redis.expire(key as string, 10);
  expect((await strict.asUser(token).get('/v3/me')).status).toBe(200);
  expect(await strict.redis.redis.ttl(key as string)).toBe(30 * 24 * 3600);
  await strict.redis.redis.pexpire(key as string, 1);
  await until(async () => (await strict.redis.redis.exists(key as string)) === 0, 'the token has expired');
  expect((await strict.asUser(token).get('/v3/me')).status).toBe(401);
});
