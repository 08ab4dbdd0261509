import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  listDevices,
  listDevicesOf,
  readDeliveryTarget,
  readDevice,
  readRecipients,
  registerDevice,
  removeDevices,
} from '../src/index.ts';
import { everything, indexedTokens, interposed, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;

/** The registry of a user as previous versions wrote it, byte by byte: a device in JSON, and one index per token. */
const USER = 'user:{demo:bob}';
const RECORD =
  '{"token":"token-1","platform":"fcm_android","providerId":"default",' +
  '"session":"a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4",' +
  '"registeredAt":1741847452000,"createdAt":1741847451000}';
const INDEX = 'pushtoken:{demo:PwiqzhIu4jaEMsHKI6BJvGQLr78A_fM6UkKfOLoS2_k}';
const DEVICE = {
  id: 'o6efYGz_Yc',
  token: 'token-1',
  platform: 'fcm_android',
  providerId: 'default',
  session: 'a1b2c3d4'.repeat(8),
  registeredAt: 1_741_847_452_000,
  createdAt: 1_741_847_451_000,
};
const ANDROID = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default' };

beforeEach(async () => {
  await redis.hset(USER, { createdAt: '1741847450000', 'd:o6efYGz_Yc': RECORD });
  await redis.set(INDEX, 'bob o6efYGz_Yc');
});

describe('a device stored before records were bytes', () => {
  test.each<[by: string, read: () => Promise<unknown>]>([
    ['a list', async () => (await listDevices(redis, 'demo', 'bob'))[0]],
    ['a list of several users', async () => (await listDevicesOf(redis, 'demo', ['ann', 'bob'])).get('bob')?.[0]],
    ['its id', () => readDevice(redis, 'demo', 'bob', 'o6efYGz_Yc')],
    ['a sender', async () => (await readDeliveryTarget(redis, 'demo', 'bob', 'o6efYGz_Yc'))?.device],
  ])('is read by %s, and rewritten', async (_by, read) => {
    expect(await read()).toEqual(DEVICE);
    const { [USER]: user, ...index } = await everything(redis);
    expect(user).toContain('"0":"ao6efYGz_Yc;a1b2c3d4"');
    expect(Object.entries(index)).toEqual([[expect.stringMatching(/^tokens:\{demo:/), expect.stringContaining('bob')]]);
    expect(await read()).toEqual(DEVICE);
  });

  test('is read by fan-out, together with users of any other kind', async () => {
    await registerDevice(redis, 'demo', 'carol', { ...ANDROID, token: 'token-2' }, NOW);
    await redis.hset('user:{demo:dave}', { createdAt: '1741847450000', timezone: 'Asia/Tokyo' });
    const devices = await readRecipients(redis, 'demo', ['carol', 'bob', 'erin', 'dave']);
    expect(devices).toMatchObject([
      { uid: 'carol', devices: [{ platform: 'fcm_android' }] },
      { uid: 'bob', devices: [{ id: 'o6efYGz_Yc', platform: 'fcm_android', session: 'a1b2c3d4' }] },
      { uid: 'erin', hasRecord: false, devices: [] },
      { uid: 'dave', hasRecord: true, timezone: 'Asia/Tokyo', devices: [] },
    ]);
    expect(await redis.exists('user:{demo:erin}')).toBe(0);
  });

  test('keeps its id and the time it was first seen when its token is refreshed', async () => {
    const device = await registerDevice(redis, 'demo', 'bob', { ...ANDROID, session: DEVICE.session }, NOW);
    expect(device).toMatchObject({ createdAt: DEVICE.createdAt, registeredAt: NOW });
    expect(await listDevices(redis, 'demo', 'bob')).toEqual([device]);
    expect(await indexedTokens(redis)).toBe(1);
  });

  test('loses its token to the next user of the phone, and leaves nothing behind when it is removed', async () => {
    await registerDevice(redis, 'demo', 'carol', ANDROID, NOW);
    expect(await listDevices(redis, 'demo', 'bob')).toEqual([]);
    expect(await indexedTokens(redis)).toBe(1);
    await removeDevices(redis, 'demo', 'carol', () => true);
    expect(await indexedTokens(redis)).toBe(0);
  });

  test.each(Array.from({ length: 10 }, (_, at) => at))(
    'is migrated by the next call after a crash before command %d',
    async (at) => {
      let command = 0;
      const crashing = interposed(redis, async () => {
        if (command++ >= at) throw new Error('crash');
      });
      await readRecipients(crashing, 'demo', ['bob']).catch(() => undefined);
      expect(await listDevices(redis, 'demo', 'bob')).toEqual([DEVICE]);
      await registerDevice(redis, 'demo', 'carol', ANDROID, NOW);
      expect(await listDevices(redis, 'demo', 'bob')).toEqual([]);
      expect(await indexedTokens(redis)).toBe(1);
    },
  );
});
