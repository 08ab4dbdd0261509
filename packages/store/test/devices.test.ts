import { describe, expect, test } from '@jest/globals';
import {
  createSession,
  deleteUser,
  endSession,
  findSession,
  listDevices,
  listSessions,
  readDevice,
  readRecipients,
  readUser,
  registerDevice,
  removeDevices,
  retireDevice,
} from '../src/index.ts';
import { everything, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const ANDROID = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default' };
const VOIP = { token: 'voip-1', platform: 'apns_ios_voip' as const, providerId: 'default' };
const ALERT = { token: 'alert-1', platform: 'apns_ios_device' as const, providerId: 'default' };

const register = (uid: string, registration: Parameters<typeof registerDevice>[3], now = NOW) =>
  registerDevice(redis, 'demo', uid, registration, now);
const tokensOf = async (uid: string) => (await listDevices(redis, 'demo', uid)).map((device) => device.token);

describe('a push token', () => {
  test('is a device of the person, who exists from then on', async () => {
    const device = await register('bob', { ...ANDROID, session: 's1' });
    expect(device).toMatchObject({ token: 'token-1', session: 's1', registeredAt: NOW, createdAt: NOW });
    expect(await readUser(redis, 'demo', 'bob')).toEqual({ uid: 'bob', deactivated: false, createdAt: NOW });
    expect(await readRecipients(redis, 'demo', ['bob'])).toEqual([
      { uid: 'bob', deactivated: false, devices: [device] },
    ]);
  });

  test('that is refreshed keeps its device, so that what was planned goes to the new token', async () => {
    const before = await register('bob', { ...ANDROID, session: 's1' });
    const after = await register('bob', { ...ANDROID, token: 'token-2', session: 's1' }, NOW + 5);
    expect(after).toMatchObject({ id: before.id, token: 'token-2', registeredAt: NOW + 5, createdAt: NOW });
    expect(await tokensOf('bob')).toEqual(['token-2']);
  });

  test('stands beside one of another kind of the same login, and one of the same kind of another login', async () => {
    await register('bob', { ...ALERT, session: 's1' });
    await register('bob', { ...VOIP, session: 's1' }, NOW + 1);
    await register('bob', { ...ALERT, token: 'alert-2', session: 's2' }, NOW + 2);
    expect(await tokensOf('bob')).toEqual(['alert-1', 'voip-1', 'alert-2']);
  });

  test('without a login stands for the app on one phone: another of the kind replaces it', async () => {
    await register('bob', ANDROID);
    await register('bob', { ...ANDROID, token: 'token-2' }, NOW + 1);
    expect(await tokensOf('bob')).toEqual(['token-2']);
    const [alert, voip] = [await register('bob', ALERT), await register('bob', VOIP)];
    expect(voip.session).toBe(alert.session);
  });

  test('moves to whoever logs in on the same phone', async () => {
    await register('bob', { ...ANDROID, session: 's1' });
    await register('carol', { ...ANDROID, session: 's2' }, NOW + 1);
    expect(await tokensOf('bob')).toEqual([]);
    expect(await tokensOf('carol')).toEqual(['token-1']);
  });

  test('of a person with a hundred pushes out the one idle for longest', async () => {
    for (let i = 0; i < 101; i++) {
      await register('bob', { ...ANDROID, token: `token-${i}`, session: `s${i}` }, NOW + i);
    }
    const tokens = await tokensOf('bob');
    expect(tokens).toHaveLength(100);
    expect(tokens[0]).toBe('token-1');
  });

  test('that is dead leaves, unless it was registered anew meanwhile', async () => {
    const old = await register('bob', { ...ANDROID, session: 's1' });
    await register('bob', { ...ANDROID, session: 's1' }, NOW + 1);
    expect(await retireDevice(redis, 'demo', 'bob', old)).toBe(false);
    const current = await readDevice(redis, 'demo', 'bob', old.id);
    expect(current && (await retireDevice(redis, 'demo', 'bob', current))).toBe(true);
    expect(await tokensOf('bob')).toEqual([]);
  });

  test('is removed by what fits, and can be registered again', async () => {
    await register('bob', { ...ANDROID, session: 's1' });
    await register('bob', { ...VOIP, session: 's2' });
    expect(await removeDevices(redis, 'demo', 'bob', (device) => device.session === 's1')).toBe(1);
    expect(await tokensOf('bob')).toEqual(['voip-1']);
    await register('carol', { ...ANDROID, session: 's3' });
    expect(await tokensOf('carol')).toEqual(['token-1']);
  });
});

describe('an auth token', () => {
  test('stands for a login of its person, and is stored nowhere', async () => {
    const { authToken, session } = await createSession(redis, 'demo', 'bob', NOW);
    expect(await findSession(redis, 'demo', authToken)).toMatchObject({ uid: 'bob', session, createdAt: NOW });
    expect(await findSession(redis, 'other', authToken)).toBeUndefined();
    expect(await findSession(redis, 'demo', `${authToken}x`)).toBeUndefined();
    expect((await listSessions(redis, 'demo', 'bob')).map((each) => each.prefix)).toEqual([authToken.slice(0, 8)]);
    expect(
      Object.entries(await everything(redis))
        .flat()
        .filter((text) => text.includes(authToken)),
    ).toEqual([]);
  });

  test('that is revoked, by itself or by its id, ends the login and drops its push tokens only', async () => {
    const [first, second] = [
      await createSession(redis, 'demo', 'bob', NOW),
      await createSession(redis, 'demo', 'bob', NOW),
    ];
    await register('bob', { ...ANDROID, session: first.session });
    await register('bob', { ...VOIP, session: second.session });
    expect(await endSession(redis, 'demo', 'bob', first.authToken)).toBe(true);
    expect(await findSession(redis, 'demo', first.authToken)).toBeUndefined();
    expect(await tokensOf('bob')).toEqual(['voip-1']);
    expect(await endSession(redis, 'demo', 'bob', second.session)).toBe(true);
    expect(await tokensOf('bob')).toEqual([]);
    expect(await endSession(redis, 'demo', 'bob', first.authToken)).toBe(false);
  });

  test('of another person cannot be revoked by naming it', async () => {
    const { authToken } = await createSession(redis, 'demo', 'bob', NOW);
    expect(await endSession(redis, 'demo', 'carol', authToken)).toBe(false);
    expect(await findSession(redis, 'demo', authToken)).toBeDefined();
  });
});

test('who is removed leaves no device and no login', async () => {
  const { authToken, session } = await createSession(redis, 'demo', 'bob', NOW);
  await register('bob', { ...ANDROID, session });
  await deleteUser(redis, 'demo', 'bob');
  expect(await tokensOf('bob')).toEqual([]);
  expect(await findSession(redis, 'demo', authToken)).toBeUndefined();
  expect(
    Object.entries(await everything(redis))
      .flat()
      .filter((text) => text.includes('token-1') || text.includes(session)),
  ).toEqual([]);
});
