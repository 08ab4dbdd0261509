import { describe, expect, test } from '@jest/globals';
import {
  deleteUser,
  listDevices,
  readUser,
  registerDevice,
  registerKnownDevice,
  setKnownTimeZone,
} from '../src/index.ts';
import { createUsers, everything, interposed, privateRedis, withoutTombstones } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const ANDROID = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default' };
const VOIP = { token: 'voip-1', platform: 'apns_ios_voip' as const, providerId: 'default' };
const ALERT = { token: 'alert-1', platform: 'apns_ios_device' as const, providerId: 'default' };

const register = (uid: string, registration: Parameters<typeof registerDevice>[3], now = NOW) =>
  registerDevice(redis, 'demo', uid, registration, now);
const tokensOf = async (uid: string) => (await listDevices(redis, 'demo', uid)).map((device) => device.token);

describe('a push token without a session', () => {
  test('is a device of its own; the same token again is the same device', async () => {
    const first = await register('bob', ANDROID);
    await register('bob', { ...ANDROID, token: 'token-2' }, NOW + 1);
    expect(await register('bob', ANDROID, NOW + 2)).toMatchObject({ id: first.id, createdAt: NOW });
    expect(await tokensOf('bob')).toEqual(['token-2', 'token-1']);
    const [alert, voip] = [await register('bob', ALERT), await register('bob', VOIP)];
    expect(voip.session).toBe(alert.session);
  });

  test('becomes one with a session once its phone logs in, and vice versa', async () => {
    await register('bob', ANDROID);
    const device = await register('bob', { ...ANDROID, session: 's1' }, NOW + 1);
    expect(await listDevices(redis, 'demo', 'bob')).toEqual([device]);
    const again = await register('bob', ANDROID, NOW + 2);
    expect(await listDevices(redis, 'demo', 'bob')).toEqual([again]);
  });

  test('beyond a hundred drops the one idle longest', async () => {
    for (let i = 0; i < 101; i++) await register('bob', { ...ANDROID, token: `token-${i}` }, NOW + i);
    const tokens = await tokensOf('bob');
    expect([tokens.length, tokens[0]]).toEqual([100, 'token-1']);
  });
});

describe('an erased user', () => {
  const BOBS = { ...ANDROID, session: 's1' };

  test('does not come back by a push token or a time zone of a session', async () => {
    expect(await registerKnownDevice(redis, 'demo', 'bob', BOBS, NOW)).toBeUndefined();
    expect(await setKnownTimeZone(redis, 'demo', 'bob', 'Asia/Tokyo')).toBe(false);
    expect(await everything(redis)).toEqual({});
    await createUsers(redis, 'demo', ['bob'], NOW);
    expect(await registerKnownDevice(redis, 'demo', 'bob', BOBS, NOW)).toMatchObject(BOBS);
    expect(await setKnownTimeZone(redis, 'demo', 'bob', 'Asia/Tokyo')).toBe(true);
    expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ timezone: 'Asia/Tokyo' });
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'is gone even if erased while a token is registered, before command %d',
    async (at) => {
      await createUsers(redis, 'demo', ['bob'], NOW);
      let command = 0;
      const interrupted = interposed(redis, async () => {
        if (command++ === at) await deleteUser(redis, 'demo', 'bob');
      });
      await registerKnownDevice(interrupted, 'demo', 'bob', BOBS, NOW);
      if (command <= at) await deleteUser(redis, 'demo', 'bob');
      expect(await withoutTombstones(redis)).toEqual({});
    },
  );
});
