import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { addPushProviders } from '../support/devices.ts';
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

test('an operator who erases a user or ends a session is listed, a chat backend is not; no auth token is', async () => {
  const tokenOf = async (uid: string) =>
    (await system.backend.post(`/v3/users/${uid}/auth_tokens`, {})).body.data.authToken;
  const operator = new Api(system.url, { adminkey: system.env.FANFARE_ADMIN_KEY, appid: 'app123' });
  const before = (await audit()).length;
  await system.backend.delete(`/v3/users/carol/auth_tokens/${await tokenOf('carol')}`);
  await system.backend.delete('/v3/users/carol');
  const token = await tokenOf('dave');
  await operator.delete(`/v3/users/dave/auth_tokens/${token}`);
  await operator.delete('/v3/users/dave');
  const entries = await audit();
  expect(entries.slice(0, entries.length - before)).toMatchObject([
    { operation: 'DELETE /v3/users/{uid}', ids: { uid: 'dave' } },
    { operation: 'DELETE /v3/users/{uid}/auth_tokens/{authToken}', ids: { uid: 'dave' } },
  ]);
  expect(JSON.stringify(entries)).not.toContain(token);
});
