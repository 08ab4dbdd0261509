import { randomBytes } from 'node:crypto';
import type { ApnsCredential, FcmCredential, Platform, TokenStore } from '@fanfare/core';
import { createApnsProvider, createFcmProvider } from '@fanfare/providers';
import { readConfig, type Simulator, start } from '@fanfare/simulator/app';
import { createSecretBox, createTokenStore } from '@fanfare/store';
import { handClock, startTestRedis, type TestRedis } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { aPush } from './conformance/push.ts';
import { createKeys, type Keys } from './conformance/transports.ts';

/** As many processes as a large fleet has. */
const PROCESSES = 10;
const MINUTE = 60_000;

const clock = handClock(Date.now());
const masterKey = randomBytes(32).toString('base64');

let simulator: Simulator;
let redis: TestRedis;
let keys: Keys;
beforeAll(async () => {
  simulator = await start(readConfig({ PORT: '0', LOG_LEVEL: 'silent' }), { now: clock.now });
  redis = await startTestRedis();
  keys = await createKeys(simulator);
});
beforeEach(async () => {
  await redis.redis.flushall();
  simulator.fcm.clear();
  simulator.apns.clear();
});
afterAll(async () => {
  await simulator.close();
  await redis[Symbol.asyncDispose]();
});

const aDevicePush = (platform: Platform) => ({
  ...aPush('bob'),
  deadlineAt: clock.now() + MINUTE,
  holdUntil: clock.now() + MINUTE,
  device: {
    platform,
    token: platform.startsWith('apns') ? 'a1'.repeat(32) : `token:${'x'.repeat(140)}`,
    registeredAt: 0,
  },
  collapseKey: 'message-101',
  sound: 'default',
});

/** A process of the fleet, with a connection to Redis and adapters of its own. */
function startProcess(box = createSecretBox(masterKey), connection = redis.redis.duplicate()) {
  const tokens: TokenStore = createTokenStore(connection, box);
  const { tlsUrl: endpoint, caPem: extraCa } = simulator;
  const options = { endpoint, extraCa, tokens, now: clock.now };
  const apns = createApnsProvider({ ...options, sandboxEndpoint: endpoint });
  const fcm = createFcmProvider(options);
  const content = { includeContentAvailable: false, includeMutableContent: false };
  const apnsKey: ApnsCredential = { id: 'apns-1', ...keys.apnsKey, productionMode: true, ...content };
  const off = { chat: false, call: false };
  const account: FcmCredential = {
    id: 'fcm-1',
    serviceAccount: keys.serviceAccount,
    notificationInPayload: { android: off, ios: off, web: off },
  };
  return {
    send: async () => [
      await apns.send(aDevicePush('apns_ios_device'), apnsKey),
      await fcm.send(aDevicePush('fcm_android'), account),
    ],
    async [Symbol.asyncDispose]() {
      await Promise.all([apns.close(), fcm.close()]);
      connection.disconnect();
    },
  };
}

function startFleet() {
  const processes = Array.from({ length: PROCESSES }, () => startProcess());
  return {
    processes,
    async sendAll() {
      const outcomes = await Promise.all(processes.map(({ send }) => send()));
      expect(outcomes.flat().filter(({ kind }) => kind !== 'accepted')).toEqual([]);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

const minted = () => [simulator.apns.counts().providerTokens, simulator.fcm.counts().oauth.issued];

test('ten processes share one provider token and one access token, and their successors', async () => {
  await using fleet = startFleet();
  const { sendAll } = fleet;
  await sendAll();
  expect(minted()).toEqual([1, 1]);
  clock.advance(39 * MINUTE);
  await sendAll();
  expect(minted()).toEqual([1, 1]);
  clock.advance(20 * MINUTE);
  await sendAll();
  expect(minted()).toEqual([2, 2]);
});

test('a token that is revoked is replaced once for all processes', async () => {
  await using fleet = startFleet();
  const { processes, sendAll } = fleet;
  await sendAll();
  simulator.fcm.revokeTokens();
  await sendAll();
  expect(minted()).toEqual([1, 2]);
  // The one that replaced it is refused at once: the account is, and another token would not help.
  simulator.fcm.revokeTokens();
  const outcomes = await Promise.all(processes.map(({ send }) => send()));
  expect(outcomes.map(([, toFcm]) => toFcm?.kind)).toEqual(processes.map(() => 'credential_failing'));
  expect(minted()).toEqual([1, 2]);
  clock.advance(MINUTE);
  await sendAll();
  expect(minted()).toEqual([1, 3]);
});

test('what is stored is encrypted; a process without the master key uses a token of its own', async () => {
  await using ours = startProcess();
  await ours.send();
  const stored = await Promise.all((await redis.redis.keys('pushauth:*')).map((key) => redis.redis.get(key)));
  expect(stored).toHaveLength(2);
  expect(stored.filter((text) => /ya29|eyJ/.test(String(text)))).toEqual([]);
  await using theirs = startProcess(createSecretBox(randomBytes(32).toString('base64')));
  expect((await theirs.send()).map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
});

test.each([
  ['before its first push', 0, [1, 1]],
  ['when a token is due', 52, [1, 1]],
  ['when its tokens have expired', 61, [2, 2]],
])('a process without Redis %s still sends, though its connection waits for it', async (_, minutes, tokens) => {
  await using own = await startTestRedis();
  const connection = own.redis.duplicate().on('error', () => undefined);
  await using ours = startProcess(createSecretBox(masterKey), connection);
  if (minutes > 0) await ours.send();
  await own.server.kill();
  clock.advance(minutes * MINUTE);
  expect((await ours.send()).map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
  expect(minted()).toEqual(tokens);
});
