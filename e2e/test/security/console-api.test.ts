import * as consoleApp from '@fanfare/console/app';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { ANDROID, addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { operationsOf, readDocument } from '../support/openapi.ts';
import { type System, startSystem } from '../support/system.ts';

const PASSWORDS = { admin: 'the admin’s password', viewer: 'the viewer’s password' };

let system: System;
let console: consoleApp.Console;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  const passwords = { CONSOLE_PASSWORD: PASSWORDS.admin, CONSOLE_VIEWER_PASSWORD: PASSWORDS.viewer };
  console = await consoleApp.start(consoleApp.readConfig({ ...system.env, ...passwords, API_URL: system.url }));
});
afterAll(async () => {
  await console.close();
  await system[Symbol.asyncDispose]();
});

/** The API as the console's client calls it for app123. */
async function clientOf(role: keyof typeof PASSWORDS): Promise<Api> {
  const body = new URLSearchParams({ password: PASSWORDS[role] });
  const login = await fetch(`${console.url}/login`, { method: 'POST', redirect: 'manual', body });
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { csrfToken } = (await new Api(console.url, { cookie }).get('/session')).body;
  return new Api(`${console.url}/api`, { cookie, 'x-csrf-token': csrfToken, appid: 'app123' });
}

test('an admin changes what the API has, and the audit record says who', async () => {
  const admin = await clientOf('admin');
  const changed = await admin.patch('/v3/notifications/v1/settings', { timezone: 'Asia/Tokyo' });
  expect(changed.status).toBe(200);
  const settings = '/v3/notifications/v1/settings';
  expect((await admin.get(settings)).body).toEqual((await system.backend.get(settings)).body);
  const [last] = (await admin.get('/v3/audit?appId=app123')).body.data;
  expect(last).toMatchObject({
    who: 'admin',
    actor: 'console admin, 127.0.0.1',
    operation: 'PATCH /v3/notifications/v1/settings',
  });
});

test('a viewer sees the same, changes nothing, and may ask what would happen', async () => {
  const viewer = await clientOf('viewer');
  expect((await viewer.get('/v3/system')).body.data.processes).toHaveLength(2);
  expect((await viewer.patch('/v3/notifications/v1/settings', { timezone: 'Asia/Seoul' })).status).toBe(403);
  const settings = (await system.backend.get('/v3/notifications/v1/settings')).body.data;
  expect(settings.timezone).not.toBe('Asia/Seoul');
  const explained = await viewer.post('/v3/explain', { event: aMessage(), uid: 'bob' });
  expect(explained.status).toBe(200);
  expect(explained.body.data.decision).toEqual(expect.any(String));
});

test('what the console passes on is what the API has; of the rest it asks nothing', async () => {
  const documented = operationsOf(await readDocument(system)).map(({ key }) => key);
  const named = (operation: string) => operation.replace(/:(\w+)/g, '{$1}');
  const listed = consoleApp.OPERATIONS.admin.map(named);
  expect(listed.filter((operation) => !documented.includes(operation))).toEqual([]);
  const permitted = documented.filter((key) => {
    const [method = '', path = ''] = key.replace(/\{\w+\}/g, 'x').split(' ');
    return consoleApp.permissionOf('admin', method, path) === 'allowed';
  });
  expect(new Set(permitted)).toEqual(new Set(listed));
});

test('no answer to a viewer contains a secret', async () => {
  await addPushProviders(system);
  await system.backend.put('/v3/users/bob', { name: 'Bob' });
  const authToken = await logIn(system);
  await register(system, authToken, ANDROID, IPHONE);
  const { FANFARE_ADMIN_KEY, FANFARE_MASTER_KEY } = system.env;
  const token = 'a-push-token-of-some-length-123456';
  await register(system, await logIn(system, 'bob'), { ...ANDROID, fcmToken: token });
  const secrets = [authToken, token, FANFARE_ADMIN_KEY, FANFARE_MASTER_KEY, ...Object.values(PASSWORDS)];
  const viewer = await clientOf('viewer');
  const tokens = async (api: Api) =>
    (await api.get('/v3/users/bob/devices')).body.data.map(({ pushToken }: { pushToken: string }) => pushToken);
  expect(await tokens(viewer)).toContain('…123456');
  expect(await tokens(await clientOf('admin'))).toContain(token);
  const configured = (await viewer.get('/v3/system/configuration')).body.data;
  expect(configured.map(({ role }: { role: string }) => role)).toEqual(['ingest', 'console']);
  const reads = consoleApp.OPERATIONS.viewer.filter((operation) => operation.startsWith('GET '));
  for (const operation of reads) {
    const [, path = ''] = operation.split(' ');
    const { status, body } = await viewer.get(path.replace(':appId', 'app123').replace(/:\w+/g, 'bob'));
    expect([200, 400, 404]).toContain(status);
    expect(JSON.stringify(body)).not.toMatch(/PRIVATE KEY|correct horse|fk_[\w-]{20}/);
    for (const secret of secrets) expect(JSON.stringify(body)).not.toContain(secret);
  }
});
