import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import type { DemoApnsKey, ServiceAccount } from '../src/app.ts';
import {
  anApns,
  anFcm,
  askToken,
  assertion,
  BUNDLE,
  connected,
  ecPem,
  exchange,
  GRANT,
  KEY,
  rsaPem,
  TEAM,
} from './push-clients.ts';
import { aControlledSimulator, aSimulator } from './setup.ts';

const control = async (url: string, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${url}/control${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('a project and a key are trusted by PUT', async () => {
  const { call } = await aControlledSimulator();
  const account = { clientEmail: 'a@demo.iam.gserviceaccount.com', publicKeyPem: rsaPem };
  expect(await call('PUT', '/fcm/projects/demo', account)).toEqual({ status: 200, body: { trusted: 'demo' } });
  const key = { publicKeyPem: ecPem, bundleIds: [BUNDLE], environments: ['production'] };
  const path = `/apns/teams/${TEAM}/keys/${KEY}`;
  expect(await call('PUT', path, key)).toEqual({ status: 200, body: { trusted: KEY } });
});

test.each<[string, unknown, string]>([
  [
    '/fcm/projects/demo',
    { clientEmail: 'a@b.co', publicKeyPem: 'x' },
    'publicKeyPem: must be the PEM of an RSA public key',
  ],
  [
    '/fcm/projects/demo',
    { clientEmail: 'a@b.co', publicKeyPem: ecPem },
    'publicKeyPem: must be the PEM of an RSA public key',
  ],
  ['/fcm/projects/demo', { clientEmail: 'a', publicKeyPem: rsaPem }, 'clientEmail: '],
  ['/fcm/projects/Demo', { clientEmail: 'a@b.co', publicKeyPem: rsaPem }, 'projectId: '],
  ['/fcm/projects/demo', { clientEmail: 'a@b.co', publicKeyPem: rsaPem, key: 1 }, 'key: is not a known field'],
  ['/fcm/projects/demo', [], 'body: must be an object'],
  [
    '/apns/teams/T/keys/K',
    { publicKeyPem: rsaPem, bundleIds: [BUNDLE] },
    'publicKeyPem: must be the PEM of an EC P-256 public key',
  ],
  ['/apns/teams/T/keys/K', { publicKeyPem: ecPem, bundleIds: [] }, 'bundleIds: '],
  ['/apns/teams/T/keys/K', { publicKeyPem: ecPem, bundleIds: [BUNDLE], environments: ['test'] }, 'environments[0]: '],
  ['/apns/teams/T!/keys/K', { publicKeyPem: ecPem, bundleIds: [BUNDLE] }, 'teamId: '],
  ['/fcm/faults', { latency: 1 }, 'latency: is not a known field'],
  ['/fcm/faults', { latencyMs: { min: 2, max: 1 } }, 'latencyMs.max: cannot be less than min'],
  ['/fcm/faults', { errors: { 503: 1.5 } }, 'errors.503: '],
  ['/fcm/faults', { errors: { 503: 0.6, 429: 0.6 } }, 'errors: cannot be more than 1 together'],
  ['/fcm/faults', { errors: { 404: 0.1 } }, 'errors'],
  ['/apns/faults', { goAwayEvery: 0 }, 'goAwayEvery: '],
  ['/apns/faults', { logNormalMs: { median: 2, p99: 1 } }, 'logNormalMs.p99: cannot be less than median'],
])('PUT %s of %j is refused naming the field', async (path, body, message) => {
  const { call } = await aControlledSimulator();
  expect(await call('PUT', path, body)).toEqual({
    status: 400,
    body: { error: { code: 'ERR_BAD_REQUEST', message: expect.stringContaining(message) } },
  });
});

test('a demo service account is complete and gets its tokens from the simulator', async () => {
  const simulator = await aSimulator();
  const { status, body } = await control(simulator.url, 'POST', '/fcm/demo-service-account', { projectId: 'demo' });
  expect(status).toBe(200);
  expect(body as unknown as ServiceAccount).toMatchObject({
    type: 'service_account',
    project_id: 'demo',
    private_key: expect.stringContaining('BEGIN PRIVATE KEY'),
    client_email: 'fanfare-demo@demo.iam.gserviceaccount.com',
    token_uri: `${simulator.tlsUrl}/token`,
  });
});

test('a demo service account for an invalid project id is refused', async () => {
  const simulator = await aSimulator();
  await expect(simulator.fcm.demoServiceAccount('Not a project')).rejects.toThrow('projectId: ');
});

test('a demo key has the given ids, or generated ones', async () => {
  const simulator = await aSimulator();
  const { body } = await control(simulator.url, 'POST', '/apns/demo-key', { bundleIds: [BUNDLE] });
  const { teamId, keyId, bundleIds, p8Key } = body as unknown as DemoApnsKey;
  expect([teamId, keyId, bundleIds]).toEqual(['DEMOTEAM01', 'DEMOKEY001', [BUNDLE]]);
  expect(p8Key).toContain('BEGIN PRIVATE KEY');
  expect(simulator.apns.demoApnsKey({ teamId: TEAM, keyId: KEY, bundleIds: [BUNDLE] })).toMatchObject({
    teamId: TEAM,
    keyId: KEY,
  });
});

test('requests are listed in pages and by token, counted by token, and cleared by DELETE', async () => {
  const { simulator, to } = await anFcm();
  for (const token of ['tok_a', 'tok_b', 'tok_a']) await to(token);
  const call = (method: string, path: string) => control(simulator.url, method, path);
  expect((await call('GET', '/fcm/requests?limit=2')).body).toMatchObject({
    requests: [{ sequence: 1 }, { sequence: 2 }],
    next: 2,
  });
  expect((await call('GET', '/fcm/requests?token=tok_a&after=1')).body).toMatchObject({
    requests: [{ sequence: 3 }],
    next: null,
  });
  expect((await call('GET', '/fcm/counts?byToken=1')).body).toEqual({
    received: 3,
    answered: { 200: 3 },
    waiting: 0,
    hung: 0,
    reset: 0,
    abandoned: 0,
    acceptedTwice: 1,
    reasons: {},
    tokens: 2,
    goAways: 0,
    forgotten: { requests: 0, tokens: 0, deliveries: 0 },
    byToken: { tok_a: 2, tok_b: 1 },
    oauth: { issued: 1, refused: 0 },
  });
  expect(await call('DELETE', '/fcm')).toEqual({ status: 200, body: { cleared: 'fcm' } });
  expect(simulator.fcm.counts()).toMatchObject({ received: 0, tokens: 0 });
  expect((await to('tok_a')).status).toBe(200);
});

test('memory is bounded, and the counts say what was forgotten', async () => {
  const { simulator, to } = await anApns({ SIMULATOR_REMEMBER_REQUESTS: '2', SIMULATOR_REMEMBER_UIDS: '2' });
  for (const token of ['tok_a', 'tok_b', 'tok_c']) await to(token, { 'apns-collapse-id': '1' });
  expect(simulator.apns.requests()).toHaveLength(2);
  expect(simulator.apns.counts()).toMatchObject({
    received: 3,
    tokens: 3,
    forgotten: { requests: 1, tokens: 1, deliveries: 1 },
  });
});

test('the control API returns the CA', async () => {
  const simulator = await aSimulator();
  const response = await fetch(`${simulator.url}/control/ca.pem`);
  expect(response.headers.get('content-type')).toBe('application/x-pem-file');
  expect(await response.text()).toBe(simulator.caPem);
  const gone = await fetch(`${simulator.url}/control/caXpem`);
  expect(gone.status).toBe(404);
});

test('the index shows the counts of both services', async () => {
  const { simulator, to } = await anFcm();
  await to('tok_1');
  const { body } = await control(simulator.url, 'GET', '');
  expect(body).toMatchObject({ fcm: { received: 1 }, apns: { received: 0 } });
  expect(body.routes).toContain('POST /control/fcm/demo-service-account');
});

test('a random share of the pushes is refused', async () => {
  const draws = [0, 0.1, 0.3, 0.5, 0.999];
  const { simulator, to } = await anApns({}, { random: () => draws.shift() ?? 1 });
  await control(simulator.url, 'PUT', '/apns/faults', { errors: { 503: 0.2, 429: 0.2, 500: 0.2 } });
  const statuses: (number | undefined)[] = [];
  while (draws.length > 0) statuses.push((await to('tok_1')).status);
  expect(statuses).toEqual([429, 429, 500, 503, 200]);
});

test('a request that is refused anyway gets no random fault', async () => {
  const { simulator, to } = await anApns({}, { random: () => 0 });
  simulator.apns.setFaults({ errors: { 503: 1 } });
  expect((await to('tok_bad')).text).toBe('{"reason":"BadDeviceToken"}');
  expect((await to('tok_1')).status).toBe(503);
});

test('answers come with latency, and clearing removes the faults', async () => {
  const { simulator, to } = await anFcm({}, { random: () => 0.5 });
  simulator.fcm.setFaults({ latencyMs: { min: 3_600_000, max: 3_600_000 } });
  void to('tok_1');
  while (simulator.fcm.counts().waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  simulator.fcm.setFaults({ latencyMs: { min: 0, max: 20 } });
  expect((await to('tok_1')).status).toBe(200);
  simulator.fcm.clear();
  expect((await to('tok_1')).status).toBe(200);
});

test('a connection ends after every n-th request, and no request is lost', async () => {
  const { simulator, head } = await anApns();
  simulator.apns.setFaults({ goAwayEvery: 3 });
  for (let connection = 0; connection < 2; connection++) {
    const session = connected(simulator);
    const closed = once(session, 'close');
    const pushes = ['tok_1', 'tok_slow_20', 'tok_3'].map((token) => exchange(session, head(token), '{"aps":{}}'));
    expect((await Promise.all(pushes)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await closed;
  }
});

test('a connection that ends in two steps serves what arrives between them', async () => {
  const { simulator, head } = await anApns();
  simulator.apns.setFaults({ goAwayEvery: 2, goAwayInTwoSteps: true });
  const session = connected(simulator);
  const ends: number[] = [];
  session.on('goaway', (_code, lastStream) => ends.push(lastStream));
  const closed = once(session, 'close');
  const pushes = ['tok_1', 'tok_2', 'tok_3'].map((token) => exchange(session, head(token), '{"aps":{}}'));
  expect((await Promise.all(pushes)).map(({ status }) => status)).toEqual([200, 200, 200]);
  await closed;
  // Node repeats the last one when the session closes.
  expect(new Set(ends)).toEqual(new Set([2 ** 31 - 1, 5]));
});

test('the limit of concurrent requests changes on open connections', async () => {
  const { simulator, session, to } = await anFcm();
  simulator.fcm.setFaults({ maxStreams: 1 });
  const lowered = once(session, 'remoteSettings');
  await to('tok_1');
  await lowered;
  expect(session.remoteSettings.maxConcurrentStreams).toBe(1);
});

test('every credential is refused until the fault is over', async () => {
  const apns = await anApns();
  apns.simulator.apns.setFaults({ badCredential: true });
  expect((await apns.to('tok_1')).text).toBe('{"reason":"InvalidProviderToken"}');
  const fcm = await anFcm();
  fcm.simulator.fcm.setFaults({ badCredential: true });
  expect((await fcm.to('tok_1')).status).toBe(401);
  const ask = () => askToken(fcm.session, { grant_type: GRANT, assertion: assertion(fcm.simulator) });
  expect(JSON.parse((await ask()).text)).toMatchObject({ error: 'invalid_grant' });
  fcm.simulator.fcm.clear();
  expect((await ask()).status).toBe(200);
  expect((await fcm.to('tok_1')).status).toBe(200);
});

test('requests may be cut, refused or left waiting at random', async () => {
  const draws = [0, 0.4];
  const { simulator, to } = await anApns({}, { random: () => draws.shift() ?? 1 });
  simulator.apns.setFaults({ errors: { reset: 0.3, refused: 0.3 } });
  expect([await to('tok_1'), await to('tok_1'), await to('tok_1')]).toMatchObject([
    { status: undefined, code: 2 },
    { status: undefined, code: 7 },
    { status: 200 },
  ]);
});
