import { generateKeyPairSync } from 'node:crypto';
import { decodeCustomProvider } from '@fanfare/store';
import { expect, test } from '@jest/globals';
import { privateIngest } from '../support/private-ingest.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';
const pem = (type: 'ec' | 'rsa') =>
  (type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 })
  ).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();

const { deps, backend } = await privateIngest();

test.each(['user', ''])('Basic authentication of "%s" may have an empty password (RFC 7617)', async (user) => {
  const webhook = { webhookURL: 'https://example.com/hook', useBasicAuth: true, basicAuthUsername: user };
  expect((await backend('POST', `${PROVIDERS}/custom`, { ...webhook, basicAuthPassword: '' })).status).toBe(200);
  const app = await deps.registry.hgetall('app:{demo}');
  expect(decodeCustomProvider(deps.box, 'demo', app, deps.now())?.basicAuth).toEqual({ username: user, password: '' });
  const { body } = await backend('GET', `${PROVIDERS}/custom`);
  expect(body.data.pushProviders).toMatchObject([{ useBasicAuth: true, basicAuthUsername: user }]);
});

test('a .p8 file with its line breaks written out is taken, for a bundle id that ends in .voip', async () => {
  const p8Key = pem('ec').replace(/\n/g, '\\n');
  const apns = { providerId: 'apns-1', keyId: 'ABC1234567', teamId: 'DEF1234567', bundleId: 'com.example.voip', p8Key };
  expect((await backend('POST', `${PROVIDERS}/apns`, apns)).status).toBe(200);
});

test('a service account pasted as text is taken; another text is refused by the name of the field', async () => {
  const account = { project_id: 'project-two', client_email: 'a@two.iam.gserviceaccount.com', private_key: pem('rsa') };
  const asText = { providerId: 'fcm-1', serviceAccountCreds: JSON.stringify(account) };
  expect((await backend('POST', `${PROVIDERS}/fcm`, asText)).status).toBe(200);
  const { status, body } = await backend('POST', `${PROVIDERS}/fcm`, {
    ...asText,
    providerId: 'fcm-2',
    serviceAccountCreds: 'x',
  });
  expect([status, body.error.message]).toEqual([
    400,
    'serviceAccountCreds: must be a JSON object, or its text as in the file',
  ]);
});
