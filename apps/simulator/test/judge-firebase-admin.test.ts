import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type App, cert, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type TokenMessage } from 'firebase-admin/messaging';
import { aFolder, afterwards } from './cleanups.ts';
import { aSimulator } from './setup.ts';

const PROJECT = 'judged';

/**
 * firebase-admin, unmodified, with its connections redirected to a simulator that has a certificate for Google's names.
 */
async function aFirebase() {
  const simulator = await aSimulator({ SIMULATOR_TLS_NAMES: 'fcm.googleapis.com,oauth2.googleapis.com' });
  const file = join(await aFolder(), 'service-account.json');
  await writeFile(file, JSON.stringify(await simulator.fcm.demoServiceAccount(PROJECT)));
  const agent = new Agent({ keepAlive: true, ca: simulator.caPem });
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const local = { ...options, servername: options.host, host: '127.0.0.1', port: simulator.tlsPort };
    return create(local as unknown as typeof options, done);
  };
  const app: App = initializeApp({ credential: cert(file, agent), projectId: PROJECT, httpAgent: agent }, file);
  afterwards(() => agent.destroy());
  afterwards(() => deleteApp(app));
  const send = (message: Partial<TokenMessage>) =>
    getMessaging(app).send({ token: 'a-registration-token', ...message } as TokenMessage);
  return { simulator, send };
}

test('firebase-admin gets an access token and sends, over HTTP/1.1', async () => {
  const { simulator, send } = await aFirebase();
  const message = {
    data: { title: 'Alice', body: 'hi' },
    android: { priority: 'high', ttl: 3_500, collapseKey: '101', notification: { tag: '101' } },
    webpush: { headers: { TTL: '3600', Urgency: 'high', Topic: '101' }, notification: { title: 'Alice' } },
    apns: {
      headers: { 'apns-priority': '10' },
      payload: { aps: { alert: { title: 'Alice' }, contentAvailable: true } },
    },
  } satisfies Partial<TokenMessage>;
  expect(await send(message)).toMatch(/^projects\/judged\/messages\/./);
  await send(message);
  expect(simulator.fcm.counts()).toMatchObject({ answered: { 200: 2 }, oauth: { issued: 1, refused: 0 } });
  expect(simulator.fcm.requests()).toMatchObject([
    { http2: false, token: 'a-registration-token', json: { message: { android: { ttl: '3.500000000s' } } } },
    {},
  ]);
});

test.each([
  ['tok_unregistered', 'messaging/registration-token-not-registered'],
  ['tok_bad', 'messaging/invalid-argument'],
  ['tok_mismatch', 'messaging/mismatched-credential'],
  ['tok_429', 'messaging/message-rate-exceeded'],
  ['tok_500', 'messaging/internal-error'],
])('firebase-admin reads the refusal of %s as %s', async (token, code) => {
  const { send } = await aFirebase();
  await expect(send({ token })).rejects.toMatchObject({ code });
});

test('firebase-admin retries a 503 by itself and then succeeds', async () => {
  const { simulator, send } = await aFirebase();
  await send({ token: 'tok_503_once' });
  expect(simulator.fcm.counts().answered).toEqual({ 200: 1, 503: 1 });
});

test('firebase-admin learns which data key is reserved', async () => {
  const { send } = await aFirebase();
  await expect(send({ data: { 'google.c': 'x' } })).rejects.toMatchObject({
    message: 'Invalid data payload key: google.c',
  });
});
