import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { addPushProviders } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

interface Entry {
  appId?: string;
  who: string;
  actor?: string;
  action: string;
  operation: string;
  ids: object;
  fields: string[];
}
const audit = async (query = ''): Promise<Entry[]> => (await system.admin.get(`/v3/audit${query}`)).body.data;

test('every change of what an operator configures is listed with who made it, and no secret', async () => {
  await addPushProviders(system);
  await system.backend.patch('/v3/notifications/v1/settings', { timezone: 'Asia/Tokyo', sound: { chat: 'x.caf' } });
  await system.backend.post('/v3/dead-letters/replay', { filter: { provider: 'fcm' } });
  const console = new Api(system.url, { adminkey: system.env.FANFARE_ADMIN_KEY, actor: 'erin@example.com' });
  await console.patch('/v3/apps/app123', { pushEnabled: false });
  await console.patch('/v3/apps/app123', { pushEnabled: true });
  const entries = await audit('?appId=app123');
  expect(entries.map(({ who, operation }) => `${who.replace(/:.*/, '')} ${operation}`)).toEqual([
    'admin PATCH /v3/apps/{appId}',
    'admin PATCH /v3/apps/{appId}',
    'key POST /v3/dead-letters/replay',
    'key PATCH /v3/notifications/v1/settings',
    'key POST /v3/notifications/push/v1/providers/apns',
    'key POST /v3/notifications/push/v1/providers/fcm',
    'key POST /v3/notifications/push/v1/providers/custom',
    'admin POST /v3/apps/{appId}/apikeys',
    'admin POST /v3/apps',
  ]);
  expect(entries[0]).toMatchObject({ appId: 'app123', actor: 'erin@example.com', fields: ['pushEnabled'] });
  expect(entries[3]?.fields.toSorted()).toEqual(['sound', 'timezone']);
  expect(entries[4]).toMatchObject({ ids: { providerId: 'apns-1' } });
  const text = JSON.stringify(entries);
  expect(text).not.toMatch(/PRIVATE KEY|correct horse|fk_|Tokyo|webhook\/hook/);
});

test('what is refused, read, or not configured by an operator is not listed', async () => {
  const before = await audit();
  expect((await system.backend.patch('/v3/notifications/v1/settings', { timezone: 'Nowhere' })).status).toBe(400);
  await system.backend.get('/v3/notifications/v1/settings');
  await system.backend.put('/v3/users/bob', { name: 'Bob' });
  expect(await audit()).toEqual(before);
});

test('an API key names no actor; apps are listed apart, also one that is deleted', async () => {
  const other = await createApp(system.admin, system.url, 'other');
  await other.call('DELETE', '/v3/notifications/v1/settings', undefined, { actor: 'someone else' });
  const [last] = await audit('?appId=other');
  expect(last).toMatchObject({ operation: 'DELETE /v3/notifications/v1/settings', appId: 'other', fields: [] });
  expect(last).not.toHaveProperty('actor');
  await system.admin.delete('/v3/apps/other');
  const [deleted, before] = await audit('?appId=other&limit=2');
  expect(deleted).toMatchObject({ operation: 'DELETE /v3/apps/{appId}', ids: { appId: 'other' } });
  expect(before).toMatchObject({ operation: 'DELETE /v3/notifications/v1/settings', appId: 'other' });
  expect(new Set((await audit('?appId=other')).map(({ appId }) => appId))).toEqual(new Set(['other']));
  expect((await system.admin.get('/v3/audit?appId=unknown')).status).toBe(404);
});

test('pages continue where the last one ended', async () => {
  const all = await audit();
  const first = (await system.admin.get('/v3/audit?limit=2')).body;
  const second = (await system.admin.get(`/v3/audit?limit=1000&cursor=${first.meta.cursor}`)).body;
  expect([...first.data, ...second.data]).toEqual(all);
  expect(second.meta).toEqual({});
  expect((await system.admin.get('/v3/audit?cursor=x')).status).toBe(400);
});

const NDJSON = { 'content-type': 'application/x-ndjson' };
const PUSH_TOKEN = 'push-token-of-dave';

/** What a chat backend does all day: a successful call of each such route, in an order in which it succeeds. */
async function workOfABackend(api: Api, dave: string): Promise<void> {
  const ok = async (method: string, path: string, body?: unknown, headers = {}) => {
    const answer = await api.call(method, path, body, headers);
    expect([method, path, answer.body.error]).toEqual([method, path, undefined]);
    return answer.body.data;
  };
  await ok('PUT', `/v3/users/${dave}`, { name: 'Dave' });
  await ok('PUT', '/v3/groups/team', { name: 'The team' });
  await ok('POST', '/v3/groups/team/members', { participants: [dave] });
  await ok('PUT', '/v3/groups/team/members', `{"uid":"${dave}"}\n`, NDJSON);
  await ok('DELETE', `/v3/groups/team/members/${dave}`);
  await ok('DELETE', '/v3/groups/team');
  for (const method of ['POST', 'DELETE'])
    await ok(method, `/v3/users/${dave}/blockedusers`, { blockedUids: ['mallory'] });
  const id = `m-${dave}`;
  await ok(
    'POST',
    '/v3/events',
    aMessage({ id, message: { id, type: 'text', text: 'hi' }, conversation: { type: 'user', id: dave } }),
  );
  const forDave = { onbehalfof: dave };
  await ok('POST', `/v3/messages/m-${dave}/read`, undefined, forDave);
  for (const method of ['POST', 'DELETE'])
    await ok(method, `/v3/messages/m-${dave}/thread/subscription`, undefined, forDave);
  const tokens = '/v3/notifications/push/v1/tokens';
  await ok('POST', tokens, { uid: dave, platform: 'fcm_android', fcmToken: PUSH_TOKEN });
  await ok('DELETE', `${tokens}/${encodeURIComponent(PUSH_TOKEN)}?uid=${dave}`);
  await ok('DELETE', `${tokens}?uid=${dave}&all=true`);
  const conversations = [{ id: 'mallory', type: 'oneOnOne' }];
  for (const path of ['/v3/notifications/v1/preferences', '/v3/notifications/push/v1/preferences']) {
    await ok('PATCH', path, { usePrivacyTemplate: true }, forDave);
    await ok('DELETE', path, undefined, forDave);
    await ok('PATCH', `${path}/timezone`, { timezone: 'Asia/Tokyo' }, forDave);
    await ok(
      'PUT',
      `${path}/mute`,
      { conversations: conversations.map((each) => ({ ...each, until: null })) },
      forDave,
    );
    await ok('DELETE', `${path}/mute`, { conversations }, forDave);
  }
  const { authToken } = await ok('POST', `/v3/users/${dave}/auth_tokens`, {});
  await ok('DELETE', `/v3/users/${dave}/auth_tokens/${authToken}`);
  await ok('DELETE', `/v3/users/${dave}`);
}

test('what a chat backend does all day is listed when an operator does it; no token and no name is', async () => {
  const before = await audit('?limit=1000');
  await workOfABackend(system.backend, 'carol');
  expect(await audit('?limit=1000')).toEqual(before);
  const headers = { adminkey: system.env.FANFARE_ADMIN_KEY, appid: 'app123', actor: 'erin' };
  await workOfABackend(new Api(system.url, headers), 'dave');
  const after = await audit('?limit=1000');
  const entries = after.slice(0, after.length - before.length);
  const routes = system.routes.flatMap(({ method, url, audit: rule }) =>
    rule && 'action' in rule && rule.by !== undefined ? [`${method} ${url.replace(/:(\w+)/g, '{$1}')}`] : [],
  );
  expect(entries.map(({ operation }) => operation).toSorted()).toEqual(routes.toSorted());
  for (const entry of entries) {
    expect(entry).toMatchObject({ who: 'admin', actor: 'erin', appId: 'app123' });
    expect(Object.values(entry.ids).join()).toMatch(/dave|team/);
  }
  expect(JSON.stringify(entries)).not.toMatch(/push-token|auth[_A-Z]\w*":|The team|Tokyo|mallory/);
});

test('events of a program that publishes with the admin key are not listed', async () => {
  const before = await audit('?limit=1');
  const program = new Api(system.url, { adminkey: system.env.FANFARE_ADMIN_KEY, appid: 'app123' });
  expect((await program.post('/v3/events', aMessage({ id: 'by-a-program' }))).status).toBe(202);
  expect(await audit('?limit=1')).toEqual(before);
});

test('an import that an operator breaks off is listed, since it has written lines', async () => {
  const cut = new AbortController();
  const body = new ReadableStream({ start: (lines) => lines.enqueue(new TextEncoder().encode('{"type":"user"}\n')) });
  const headers = { adminkey: system.env.FANFARE_ADMIN_KEY, appid: 'app123', ...NDJSON };
  const url = `${system.url}/v3/import?id=broken`;
  const broken = fetch(url, { method: 'POST', headers, body, duplex: 'half', signal: cut.signal } as RequestInit);
  const begun = async () => (await system.backend.get('/v3/import/broken')).status === 200;
  await until(begun, 'the import has begun');
  cut.abort();
  await expect(broken).rejects.toThrow('aborted');
  const last = async () => (await audit('?limit=1'))[0];
  await until(async () => (await last())?.action === 'Import', 'the import is listed');
  expect(await last()).toMatchObject({ who: 'admin', ids: { id: 'broken' } });
});

test('only these calls that could change something are not audited', () => {
  const left = system.routes.flatMap(({ method, url, audit: rule }) =>
    rule && 'not' in rule ? [`${method} ${url}: ${rule.not}`] : [],
  );
  expect(left.toSorted()).toEqual([
    'DELETE /v2/tokens: only devices call it',
    'DELETE /v3/me: only devices call it',
    'POST /v2/tokens: only devices call it',
    'POST /v3/explain: changes nothing',
    'POST /v3/me/jwt: only devices call it',
    'POST /v3/notifications/v1/templates/preview: changes nothing',
    'POST /v3/user_sessions: only devices call it',
    'POST /v3/webhooks/cometchat: CometChat calls it, for every message',
    'PUT /v3/me: only devices call it',
  ]);
});
