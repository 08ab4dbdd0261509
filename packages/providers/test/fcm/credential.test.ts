import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parseServiceAccount } from '../../src/index.ts';
import { anApnsCredential, anFcmCredential } from '../support/device-push.ts';
import { PASTINGS } from '../support/pastings.ts';

const GOOGLE = 'https://oauth2.googleapis.com/token';
const { serviceAccount } = anFcmCredential(GOOGLE);
/** As the Firebase console hands it out. */
const JSON_FILE = {
  type: 'service_account',
  ...serviceAccount,
  client_id: '1234',
  auth_uri: 'https://accounts.google.com/o/oauth2/auth',
  universe_domain: 'googleapis.com',
};

test('a good file is accepted, and unused fields are dropped', () => {
  expect(parseServiceAccount(JSON_FILE)).toEqual({ ok: true, value: serviceAccount });
});

test("a file without token_uri gets Google's", () => {
  const { token_uri: _, ...rest } = JSON_FILE;
  expect(parseServiceAccount(rest)).toEqual({ ok: true, value: serviceAccount });
});

describe('refused, naming the field and not its value', () => {
  const publicKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  test.each([
    ['type', 'authorized_user'],
    ['project_id', undefined],
    ['project_id', 'a/../b'],
    ['client_email', 'no-address'],
    ['private_key', 'secret-thing'],
    ['private_key', anApnsCredential().p8Key],
    ['private_key', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['private_key_id', 7],
    ['token_uri', 'http://oauth2.googleapis.com/token'],
    ['token_uri', 'https://169.254.169.254/token'],
    ['token_uri', 'https://oauth2.googleapis.com.evil.example/token'],
    ['token_uri', 7],
  ])('%s %j', (field, value) => {
    const result = parseServiceAccount({ ...JSON_FILE, [field]: value });
    expect(result).toMatchObject({ ok: false, field });
    if (typeof value === 'string') expect(JSON.stringify(result)).not.toContain(value);
  });

  test.each([null, 'text', undefined, 7])('anything but an object: %j', (json) => {
    expect(parseServiceAccount(json)).toMatchObject({ ok: false, field: 'serviceAccount' });
  });
});

test('the token_uri may be at the configured FCM endpoint', () => {
  const json = { ...JSON_FILE, token_uri: 'https://127.0.0.1:8443/oauth/token' };
  expect(parseServiceAccount(json, { fcmEndpoint: 'https://127.0.0.1:8443' })).toMatchObject({ ok: true });
  expect(parseServiceAccount(json, { fcmEndpoint: 'https://127.0.0.1:8444' })).toMatchObject({ ok: false });
  expect(parseServiceAccount(json)).toMatchObject({ ok: false, field: 'token_uri' });
});

describe('a service account is accepted as it is pasted', () => {
  test.each(Object.entries(PASTINGS))('its private key %s', (_how, pasted) => {
    const json = { ...JSON_FILE, private_key: pasted(serviceAccount.private_key) };
    expect(parseServiceAccount(json)).toEqual({ ok: true, value: serviceAccount });
  });

  const text = JSON.stringify(JSON_FILE, null, 2);
  test.each<[string, string]>([
    ['as text', text],
    ['in quotes', `'${text}'`],
    ['as text with its quotes and line breaks escaped', JSON.stringify(text)],
    ['the same without the quotes around it', JSON.stringify(text).slice(1, -1)],
    ['on one line', JSON.stringify(JSON_FILE)],
    ['with the line breaks of its key unescaped', text.replaceAll('\\n', '\n')],
  ])('the file %s', (_how, pasted) => {
    expect(parseServiceAccount(pasted)).toEqual({ ok: true, value: serviceAccount });
  });

  test('without its type, as in CometChat’s API', () => {
    const { type: _type, ...rest } = JSON_FILE;
    expect(parseServiceAccount(rest)).toEqual({ ok: true, value: serviceAccount });
  });

  test('but not with a truncated key, and the refusal says so', () => {
    const json = { ...JSON_FILE, private_key: serviceAccount.private_key.slice(0, 300) };
    const problem = 'is cut off: it has no line -----END PRIVATE KEY-----';
    expect(parseServiceAccount(json)).toEqual({ ok: false, field: 'private_key', problem });
  });
});
