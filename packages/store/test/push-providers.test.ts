import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  AppCache,
  createApp,
  createSecretBox,
  deleteApp,
  deletePushProvider,
  kindsOfProvider,
  listPushProviders,
  readFailingCredentials,
  readPushProvider,
  recordFailing,
  setDefaultProvider,
  writePushProvider,
} from '../src/index.ts';
import { everything, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const box = createSecretBox(randomBytes(32).toString('base64'));
const NOW = 1_741_847_453_000;

const key = (id: string) => ({
  credential: {
    id,
    keyId: 'KEY4567890',
    teamId: 'TEAM567890',
    bundleId: 'com.example.chat',
    p8Key: `-----the secret of ${id}-----`,
    productionMode: false,
    includeContentAvailable: false,
    includeMutableContent: false,
  },
  shown: { bundleId: 'com.example.chat' },
});
const write = (id: string, appId = 'demo') => writePushProvider(redis, box, appId, 'apns', key(id));
const list = () => listPushProviders(redis, 'demo', 'apns');
const bundle = async () => new AppCache(redis, { box, now: () => NOW }).get('demo', 0);

beforeEach(async () => {
  await createApp(redis, {
    appId: 'demo',
    name: 'Demo',
    region: 'us',
    pushEnabled: true,
    createdAt: NOW,
  });
});

describe('the credentials of a kind', () => {
  test('are listed by id without their secrets; the first is the default', async () => {
    await write('b');
    await write('a');
    expect(await list()).toEqual([
      { providerId: 'a', isDefault: false, shown: { bundleId: 'com.example.chat' } },
      { providerId: 'b', isDefault: true, shown: { bundleId: 'com.example.chat' } },
    ]);
    expect(
      Object.entries(await everything(redis))
        .flat()
        .filter((text) => text.includes('the secret of')),
    ).toEqual([]);
  });

  test('decrypt for the app and id they were written for', async () => {
    await write('a');
    expect((await readPushProvider(redis, box, 'demo', 'apns', 'a'))?.credential).toEqual(key('a').credential);
    expect(await readPushProvider(redis, box, 'demo', 'fcm', 'a')).toBeUndefined();
    expect(await readPushProvider(redis, box, 'other', 'apns', 'a')).toBeUndefined();
  });

  test('are found by id, whatever their kind', async () => {
    await write('a');
    expect(await kindsOfProvider(redis, 'demo', 'a')).toEqual(['apns']);
    expect(await kindsOfProvider(redis, 'demo', 'b')).toEqual([]);
    expect(await kindsOfProvider(redis, 'other', 'a')).toEqual([]);
  });

  test('have the default that was set; after its deletion none until another is set', async () => {
    await write('a');
    await write('b');
    expect(await setDefaultProvider(redis, 'demo', 'apns', 'b')).toBe(true);
    expect(await setDefaultProvider(redis, 'demo', 'apns', 'c')).toBe(false);
    expect((await bundle())?.credential('apns', 'default')?.id).toBe('b');
    expect(await deletePushProvider(redis, 'demo', 'apns', 'b')).toBe(true);
    expect(await deletePushProvider(redis, 'demo', 'apns', 'b')).toBe(false);
    expect((await bundle())?.hasProvider('apns', 'default')).toBe(false);
    expect((await bundle())?.hasProvider('apns', 'a')).toBe(true);
  });
});

describe('a failing credential', () => {
  test('says why and since when, until it works again or is rewritten', async () => {
    await write('a');
    const failing = { reason: 'InvalidProviderToken', at: NOW };
    await recordFailing(redis, 'demo', { kind: 'apns', id: 'a' }, failing);
    expect((await list())[0]?.failing).toEqual(failing);
    await recordFailing(redis, 'demo', { kind: 'apns', id: 'a' }, undefined);
    expect((await list())[0]?.failing).toBeUndefined();
    await recordFailing(redis, 'demo', { kind: 'apns', id: 'a' }, failing);
    await write('a');
    expect((await list())[0]?.failing).toBeUndefined();
  });

  test('keeps the time of its first refusal, and shows the latest reason', async () => {
    await write('a');
    const mark = (reason: string, at: number) =>
      recordFailing(redis, 'demo', { kind: 'apns', id: 'a' }, { reason, at });
    await mark('InvalidProviderToken', NOW);
    await mark('ExpiredProviderToken', NOW + 5000);
    expect((await list())[0]?.failing).toEqual({ reason: 'ExpiredProviderToken', at: NOW });
    await recordFailing(redis, 'demo', { kind: 'apns', id: 'a' }, undefined);
    await mark('InvalidProviderToken', NOW + 9000);
    expect((await list())[0]?.failing).toEqual({ reason: 'InvalidProviderToken', at: NOW + 9000 });
  });

  test('is found without reading every app, until it works again, is rewritten or deleted', async () => {
    const failing = { reason: 'InvalidProviderToken', at: NOW };
    const mark = (id: string) => recordFailing(redis, 'demo', { kind: 'apns', id }, failing);
    for (const id of ['a', 'b', 'c', 'd']) {
      await write(id);
      await mark(id);
    }
    const found = async () => new Set((await readFailingCredentials(redis)).map(({ id }) => id));
    expect(await found()).toEqual(new Set(['a', 'b', 'c', 'd']));
    await recordFailing(redis, 'demo', { kind: 'apns', id: 'a' }, undefined);
    await write('b');
    await deletePushProvider(redis, 'demo', 'apns', 'c');
    expect(await found()).toEqual(new Set(['d']));
    await mark('a');
    expect(await found()).toEqual(new Set(['a', 'd']));
    await deleteApp(redis, 'demo');
    expect(await found()).toEqual(new Set());
  });

  test('that was deleted meanwhile does not come back when marked as failing', async () => {
    await recordFailing(redis, 'demo', { kind: 'apns', id: 'gone' }, { reason: 'x', at: NOW });
    expect(await list()).toEqual([]);
  });
});

describe('an app that was deleted', () => {
  beforeEach(() => deleteApp(redis, 'demo'));

  test('does not come back when a credential is written', async () => {
    expect(await write('a')).toBe(false);
    expect(await everything(redis)).toEqual({});
  });

  test('does not come back when a credential is marked, even a leftover one', async () => {
    await redis.hset('app:{demo}', 'p:apns:a', '{}');
    await recordFailing(redis, 'demo', { kind: 'apns', id: 'a' }, { reason: 'x', at: NOW });
    expect(await redis.hgetall('app:{demo}')).toEqual({ 'p:apns:a': '{}' });
  });
});

test('marking a credential keeps the version, so that no worker reloads for it', async () => {
  expect(await write('a')).toBe(true);
  const before = (await bundle())?.app.version;
  await recordFailing(redis, 'demo', { kind: 'apns', id: 'a' }, { reason: 'x', at: NOW });
  expect((await bundle())?.app.version).toBe(before);
});

test('every change raises the version of the app, so that workers notice', async () => {
  const version = async () => (await bundle())?.app.version as number;
  const start = await version();
  await write('a');
  await setDefaultProvider(redis, 'demo', 'apns', 'a');
  await deletePushProvider(redis, 'demo', 'apns', 'a');
  expect(await version()).toBe(start + 3);
});
