import { randomBytes } from 'node:crypto';
import * as ingest from '@fanfare/ingest/app';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { addPushProviders } from '../support/devices.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';
const SIGNING_SECRET = `whsec_${randomBytes(32).toString('base64')}`;

let system: System;
let restarted: ingest.Ingest;
let backend: Api;
/** The same system after its master key was lost and replaced by another. */
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  await addPushProviders(system, { android: { chat: true } });
  await system.backend.put(`${PROVIDERS}/custom`, { signingSecret: SIGNING_SECRET });
  const { body } = await system.admin.post('/v3/apps/app123/apikeys', {});
  const env = { ...system.env, FANFARE_MASTER_KEY: randomBytes(32).toString('base64') };
  restarted = await ingest.start(ingest.readConfig(env));
  backend = new Api(restarted.url, { apikey: body.data.apiKey });
});
afterAll(async () => {
  await restarted.close();
  await system[Symbol.asyncDispose]();
});

const secrets = () => ({
  fcm: async () => ({
    providerId: 'fcm-1',
    serviceAccountCreds: await system.hooks.fcm.demoServiceAccount('demo-project'),
  }),
  apns: async () => ({
    providerId: 'apns-1',
    p8Key: system.hooks.apns.demoApnsKey({ bundleIds: ['com.example.chat'] }).p8Key,
  }),
  custom: async () => ({ basicAuthPassword: BASIC_AUTH.password, signingSecret: SIGNING_SECRET }),
});

describe.each([
  ['fcm', 'serviceAccountCreds', { providerId: 'fcm-1', notificationInPayload: { web: { chat: true } } }],
  ['apns', 'p8Key', { providerId: 'apns-1', productionMode: false }],
  ['custom', 'basicAuthPassword', { isEnabled: true, webhookURL: 'https://example.com/hook' }],
  ['custom', 'signingSecret', { basicAuthPassword: 'another' }],
] as const)('the %s provider, sealed with a key that is lost', (kind, field, changes) => {
  const path = `${PROVIDERS}/${kind}`;

  test('is there already when it is made again', async () => {
    const { status, body } = await backend.post(path, changes);
    expect([status, body.error.code]).toEqual([409, 'ERR_PROVIDER_ALREADY_EXISTS']);
  });

  test(`is not changed without its ${field}`, async () => {
    const { status, body } = await backend.put(path, changes);
    expect([status, body.error.code]).toEqual([400, 'ERR_BAD_REQUEST']);
    expect(body.error.message).toMatch(new RegExp(`^${field}: must be sent again`));
  });
});

test.each(['fcm', 'apns', 'custom'] as const)('%s is whole again with its secret; the rest stays', async (kind) => {
  const path = `${PROVIDERS}/${kind}`;
  const { body: before } = await backend.get(path);
  const whole = await secrets()[kind]();
  expect((await backend.put(path, whole)).status).toBe(200);
  expect((await backend.get(path)).body).toEqual(before);
  expect((await backend.put(path, kind === 'custom' ? { isEnabled: true } : { providerId: `${kind}-1` })).status).toBe(
    200,
  );
});
