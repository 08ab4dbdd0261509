import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  confirmDeadTokens,
  countAccepted,
  countQuarantined,
  createUser,
  type Device,
  deleteUser,
  judgeDeadToken,
  listDevices,
  listQuarantined,
  quarantineDevice,
  readDevice,
  readTokenGuard,
  registerDevice,
  removeDevices,
  restoreDevice,
  restoreDevices,
  setOtherEnvironment,
} from '../src/index.ts';
import { privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const DAY = 24 * 3_600_000;
const FCM = { appId: 'demo', kind: 'fcm', id: 'fcm-1' } as const;
const ANDROID = { token: 'token-1', platform: 'fcm_android', providerId: 'fcm-1', session: 's1' } as const;

const register = (uid: string, registration: Parameters<typeof registerDevice>[3] = ANDROID, now = NOW) =>
  registerDevice(redis, 'demo', uid, registration, now);
const setAside = (uid: string, device: Device, now = NOW + 5) =>
  quarantineDevice(redis, FCM, uid, device, { reason: 'UNREGISTERED', now });
const aside = (uid: string, now = NOW + 6) => listQuarantined(redis, 'demo', uid, now);

describe('a device that is set aside', () => {
  let phone: Device;
  beforeEach(async () => {
    phone = await register('bob');
    await setAside('bob', phone);
  });

  test('is not live, and listed with its reason for seven days', async () => {
    expect(await listDevices(redis, 'demo', 'bob')).toEqual([]);
    expect(await aside('bob')).toEqual([{ ...phone, reason: 'UNREGISTERED', quarantinedAt: NOW + 5 }]);
    expect(await countQuarantined(redis, FCM, NOW + 6)).toBe(1);
    expect(await aside('bob', NOW + 8 * DAY)).toEqual([]);
    expect(await countQuarantined(redis, FCM, NOW + 8 * DAY)).toBe(0);
    expect(await redis.pttl('quarantine:{demo:bob}')).toBeGreaterThan(6 * DAY);
  });

  test('is live again at once when its token is registered again', async () => {
    await register('bob', ANDROID, NOW + 10);
    expect(await listDevices(redis, 'demo', 'bob')).toMatchObject([{ id: phone.id, registeredAt: NOW + 10 }]);
    expect(await aside('bob')).toEqual([]);
    expect(await countQuarantined(redis, FCM, NOW + 11)).toBe(0);
    expect(await restoreDevice(redis, 'demo', 'bob', phone.id, NOW + 11)).toBe(false);
  });

  test('is restored as it was', async () => {
    expect(await restoreDevice(redis, 'demo', 'bob', phone.id, NOW + 10)).toBe(true);
    expect(await listDevices(redis, 'demo', 'bob')).toEqual([phone]);
    expect(await aside('bob')).toEqual([]);
    expect(await restoreDevice(redis, 'demo', 'bob', phone.id, NOW + 10)).toBe(false);
  });

  test('is not restored while another user has its token', async () => {
    await register('carol');
    expect(await restoreDevice(redis, 'demo', 'bob', phone.id, NOW + 10)).toBe(false);
    expect(await listDevices(redis, 'demo', 'carol')).toHaveLength(1);
  });

  test.each([
    ['its session ends', () => removeDevices(redis, 'demo', 'bob', ({ session }) => session === 's1')],
    ['its user is erased', () => deleteUser(redis, 'demo', 'bob')],
  ])('is gone when %s', async (_, end) => {
    await end();
    await createUser(redis, 'demo', 'bob', NOW + 7);
    expect(await aside('bob')).toEqual([]);
    expect(await countQuarantined(redis, FCM, NOW + 8)).toBe(0);
    expect(await restoreDevices(redis, FCM, NOW + 10)).toEqual({ restored: 0, left: 0 });
  });
});

test('a device that two processes report dead at the same time is set aside once, and can be restored', async () => {
  const phone = await register('bob');
  const results = await Promise.all([setAside('bob', phone), setAside('bob', phone)]);
  expect(results.sort()).toEqual([false, true]);
  expect(await aside('bob')).toHaveLength(1);
  expect(await countQuarantined(redis, FCM, NOW + 6)).toBe(1);
  expect(await restoreDevices(redis, FCM, NOW + 10)).toEqual({ restored: 1, left: 0 });
  expect(await listDevices(redis, 'demo', 'bob')).toEqual([phone]);
});

test.each([
  ['logged out', () => removeDevices(redis, 'demo', 'bob', () => true)],
  ['registered again', () => register('bob', ANDROID, NOW + 1)],
])('a device that was %s before the report is not set aside', async (_, change) => {
  const phone = await register('bob');
  await change();
  expect(await setAside('bob', phone)).toBe(false);
  expect(await aside('bob')).toEqual([]);
  expect(await countQuarantined(redis, FCM, NOW + 6)).toBe(0);
});

test('one call restores every device of a credential', async () => {
  const uids = uidsOf(250);
  for (const uid of uids) await setAside(uid, await register(uid, { ...ANDROID, token: `token-${uid}` }));
  expect(await restoreDevices(redis, FCM, NOW + 10)).toEqual({ restored: 250, left: 0 });
  const devices = await Promise.all(uids.map((uid) => listDevices(redis, 'demo', uid)));
  expect(devices.flat()).toHaveLength(250);
});

test('a device remembers that its token belongs to the other environment, until it is registered again', async () => {
  const voip = { token: 'a1'.repeat(32), platform: 'apns_ios_voip', providerId: 'default', session: 's1' } as const;
  const device = await register('bob', voip);
  await setOtherEnvironment(redis, 'demo', 'bob', device, true);
  const other = { ...device, otherEnvironment: true };
  expect(await readDevice(redis, 'demo', 'bob', device.id)).toEqual(other);
  await setOtherEnvironment(redis, 'demo', 'bob', device, false);
  expect(await readDevice(redis, 'demo', 'bob', device.id)).toEqual(other);
  await setOtherEnvironment(redis, 'demo', 'bob', other, false);
  expect(await readDevice(redis, 'demo', 'bob', device.id)).toEqual(device);
});

describe('the guard', () => {
  const dead = (needsProof = false, now = NOW) => judgeDeadToken(redis, FCM, { accepted: 0, needsProof, now });
  const deadTimes = async (count: number, now = NOW) => {
    const verdicts = [];
    for (let i = 0; i < count; i++) verdicts.push(await dead(false, now));
    return verdicts;
  };

  test('keeps tokens once ten answers and a fifth of all report dead ones', async () => {
    expect(new Set(await deadTimes(9))).toEqual(new Set(['quarantine']));
    expect(await dead()).toBe('guarded');
    expect(await readTokenGuard(redis, FCM)).toEqual({ dead: 10, accepted: 0, at: NOW });
    await countAccepted(redis, FCM, 100, NOW);
    expect(await dead()).toBe('quarantine');
    expect(await readTokenGuard(redis, FCM)).toBeUndefined();
  });

  test('forgets what is older than ten minutes', async () => {
    await deadTimes(20);
    expect(await dead(false, NOW + 15 * 60_000)).toBe('quarantine');
  });

  test('takes an answer that a wrong credential causes for proof only if others are accepted', async () => {
    expect(await dead(true)).toBe('unproven');
    await countAccepted(redis, FCM, 10, NOW);
    expect(await dead(true)).toBe('quarantine');
  });

  test('is off for an hour when an operator says that the tokens are dead', async () => {
    await deadTimes(20);
    await confirmDeadTokens(redis, FCM);
    expect(new Set(await deadTimes(20))).toEqual(new Set(['quarantine']));
    expect(await redis.pttl('tokenguard:{demo:fcm:fcm-1}:confirmed')).toBeGreaterThan(0);
  });

  test('counts each credential by itself', async () => {
    await deadTimes(20);
    const other = { ...FCM, id: 'fcm-2' };
    expect(await judgeDeadToken(redis, other, { accepted: 0, needsProof: false, now: NOW })).toBe('quarantine');
  });
});
