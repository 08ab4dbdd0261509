import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import apn from 'apn';
import { type App, cert, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type TokenMessage } from 'firebase-admin/messaging';
import type { Simulator } from '../src/app.ts';
import { aSimulator } from './setup.ts';
import { outputOf, testIf } from './test-if.ts';

const run = promisify(execFile);
const PROJECT = 'judged';
const TOPIC = 'com.example.chat';
const DEVICE = 'a1'.repeat(32);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function aFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'fanfare-judge-'));
  cleanups.push(() => rm(dir, { recursive: true }));
  return dir;
}

/** firebase-admin as it is, its connections led to a simulator that has a certificate for Google's names. */
async function aFirebase() {
  const simulator = await aSimulator({ SIMULATOR_TLS_NAMES: 'fcm.googleapis.com,oauth2.googleapis.com' });
  const file = join(await aFolder(), 'service-account.json');
  await writeFile(file, JSON.stringify(await simulator.fcm.demoServiceAccount(PROJECT)));
  const agent = new Agent({ keepAlive: true, ca: simulator.caPem });
  const create = agent.createConnection;
  agent.createConnection = function (options, done) {
    const local = { ...options, servername: options.host, host: '127.0.0.1', port: simulator.tlsPort };
    return create.call(this, local as unknown as typeof options, done);
  };
  const app: App = initializeApp({ credential: cert(file, agent), projectId: PROJECT, httpAgent: agent }, file);
  cleanups.push(
    () => deleteApp(app),
    () => agent.destroy(),
  );
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

test('firebase-admin is told which data key is reserved', async () => {
  const { send } = await aFirebase();
  await expect(send({ data: { 'google.c': 'x' } })).rejects.toMatchObject({
    message: 'Invalid data payload key: google.c',
  });
});

async function anApnProvider() {
  const simulator = await aSimulator();
  const { teamId, keyId, p8Key } = simulator.apns.demoApnsKey({ bundleIds: [TOPIC] });
  const provider = new apn.Provider({
    token: { key: p8Key, keyId, teamId },
    production: true,
    connectionRetryLimit: 0,
    ca: [simulator.caPem],
    address: 'localhost',
    port: simulator.tlsPort,
  } as apn.ProviderOptions);
  cleanups.push(() => provider.shutdown());
  const send = (token: string, fields: Partial<apn.Notification> = {}) => {
    const notification = Object.assign(new apn.Notification(), {
      topic: TOPIC,
      pushType: 'alert',
      alert: 'hi',
      ...fields,
    });
    return provider.send(notification, token);
  };
  return { simulator, send };
}

test('apn sends with a provider token', async () => {
  const { simulator, send } = await anApnProvider();
  const id = 'ec1bf194-b3b2-424a-89a9-5a918a6e6b5d';
  const result = await send(DEVICE, {
    id,
    collapseId: '101',
    priority: 10,
    expiry: 1_800_000_000,
    payload: { tag: '101' },
  });
  expect(result).toMatchObject({ sent: [{ device: DEVICE }], failed: [] });
  expect(simulator.apns.requests()).toMatchObject([
    {
      token: DEVICE,
      http2: true,
      answered: 200,
      headers: { 'apns-id': id, 'apns-collapse-id': '101', 'apns-topic': TOPIC, authorization: 'bearer ***' },
      json: { aps: { alert: 'hi' }, tag: '101' },
    },
  ]);
});

test('apn sends a VoIP push', async () => {
  const { send } = await anApnProvider();
  expect(await send(DEVICE, { topic: `${TOPIC}.voip`, pushType: 'voip' })).toMatchObject({ failed: [] });
});

test.each([
  ['tok_unregistered_at_1741847460000', 410, { reason: 'Unregistered', timestamp: 1_741_847_460_000 }],
  ['tok_bad', 400, { reason: 'BadDeviceToken' }],
  ['tok_mismatch', 400, { reason: 'DeviceTokenNotForTopic' }],
  ['tok_429', 429, { reason: 'TooManyRequests' }],
  ['tok_503', 503, { reason: 'Shutdown' }],
])('apn reads the refusal of %s as %i', async (token, status, response) => {
  const { send } = await anApnProvider();
  expect(await send(token)).toMatchObject({ sent: [], failed: [{ device: token, status, response }] });
});

const curlSpeaksHttp2 = outputOf('curl', '--version').includes('HTTP2');

/** curl to a simulator it trusts; prints the body, the status and the HTTP version. */
async function curl(simulator: Simulator, path: string, ...args: string[]): Promise<string> {
  const ca = join(await aFolder(), 'ca.pem');
  await writeFile(ca, simulator.caPem);
  const url = `https://localhost:${simulator.tlsPort}${path}`;
  const { stdout } = await run('curl', [
    '-sS',
    '--noproxy',
    '*',
    '--cacert',
    ca,
    '-w',
    ' %{http_code} %{http_version}',
    ...args,
    url,
  ]);
  return stdout;
}

testIf(curlSpeaksHttp2, 'no curl with HTTP/2')(
  'curl trusts the certificate and pushes to APNs over HTTP/2',
  async () => {
    const simulator = await aSimulator({ SIMULATOR_TRUST_ANY: 'true' });
    const jwt = [
      { alg: 'ES256', kid: 'K' },
      { iss: 'T', iat: Math.floor(Date.now() / 1_000) },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const headers = ['-H', `authorization: bearer ${jwt}.c2ln`, '-H', `apns-topic: ${TOPIC}`];
    const push = ['--http2', '-d', '{"aps":{"alert":"hi"}}', ...headers];
    expect(await curl(simulator, `/3/device/${DEVICE}`, ...push)).toBe(' 200 2');
    expect(await curl(simulator, '/3/device/tok_bad', ...push)).toBe('{"reason":"BadDeviceToken"} 400 2');
  },
);

testIf(curlSpeaksHttp2, 'no curl with HTTP/2')('curl sends to FCM over both versions of HTTP', async () => {
  const simulator = await aSimulator({ SIMULATOR_TRUST_ANY: 'true' });
  const send = ['-d', '{"message":{"token":"a-registration-token"}}', '-H', 'authorization: Bearer x'];
  for (const [flag, version] of [
    ['--http1.1', '1.1'],
    ['--http2', '2'],
  ] as const) {
    const printed = await curl(simulator, `/v1/projects/${PROJECT}/messages:send`, flag, ...send);
    expect(printed).toMatch(new RegExp(`"name": "projects/judged/messages/[^"]+"\\n}\\n 200 ${version}$`));
  }
});

testIf(outputOf('h2load', '--version') !== '', 'no h2load')('h2load loses no request', async () => {
  const simulator = await aSimulator({ SIMULATOR_TRUST_ANY: 'true' });
  const body = join(await aFolder(), 'body.json');
  await writeFile(body, '{"message":{"token":"a-registration-token"}}');
  const url = `https://localhost:${simulator.tlsPort}/v1/projects/${PROJECT}/messages:send`;
  const { stdout } = await run('h2load', [
    '-n',
    '500',
    '-c',
    '2',
    '-m',
    '50',
    '-d',
    body,
    '-H',
    'authorization: Bearer x',
    url,
  ]);
  expect(stdout).toContain('500 succeeded, 0 failed');
  expect(simulator.fcm.counts()).toMatchObject({ received: 500, answered: { 200: 500 } });
});
