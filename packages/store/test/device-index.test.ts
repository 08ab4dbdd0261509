import { sessionTag } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { devicesOfIndex, indexEntry } from '../src/device-index.ts';
import { quarantineDevice, readRecipients, registerDevice, removeDevices } from '../src/index.ts';
import { privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const SESSION = 'a1b2c3d4'.repeat(8);
const PHONE = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default', session: SESSION };
const CALLS = { token: 'abcd', platform: 'apns_ios_voip' as const, providerId: 'apns-1', session: SESSION };

const register = (registration: Parameters<typeof registerDevice>[3], now = NOW, most = 100) =>
  registerDevice(redis, 'demo', 'bob', registration, now, { most });
const indexed = async () => (await readRecipients(redis, 'demo', ['bob']))[0]?.devices;
const entryOf = ({ id }: { id: string }, { platform, providerId, session }: typeof PHONE | typeof CALLS) => ({
  id,
  platform,
  providerId,
  session: sessionTag(session),
});

describe('the index of devices', () => {
  test.each([
    ['a session', { ...PHONE }],
    ['a session and a credential', { ...CALLS }],
    ['no session', { ...PHONE, session: 'app:default' }],
    ['no session, but a credential', { ...CALLS, session: 'app:apns-1' }],
    ['a name that is not ours', { ...PHONE, session: 'a;b,c' }],
  ])('has a device with %s', (_what, { token, ...facts }) => {
    const entry = indexEntry({ id: 'o6efYGz_Yc', token, ...facts, registeredAt: NOW, createdAt: NOW });
    expect(devicesOfIndex(entry)).toEqual([{ id: 'o6efYGz_Yc', ...facts, session: sessionTag(facts.session) }]);
  });

  test('has 20 bytes for a device', () => {
    expect(indexEntry({ id: 'o6efYGz_Yc', ...PHONE, registeredAt: NOW, createdAt: NOW })).toBe('ao6efYGz_Yc;a1b2c3d4');
  });

  test('lists devices by their last registration, and follows every change', async () => {
    const phone = await register(PHONE);
    const calls = await register(CALLS, NOW + 1);
    expect(await indexed()).toEqual([entryOf(phone, PHONE), entryOf(calls, CALLS)]);
    await register({ ...PHONE, token: 'token-2' }, NOW + 2);
    expect(await indexed()).toEqual([entryOf(calls, CALLS), entryOf(phone, PHONE)]);
    await register({ ...CALLS, providerId: 'apns-2' }, NOW + 3);
    expect((await indexed())?.map(({ providerId }) => providerId)).toEqual(['default', 'apns-2']);
    const credential = { appId: 'demo', kind: 'fcm', id: 'fcm-1' } as const;
    const stored = { ...phone, token: 'token-2', registeredAt: NOW + 2 };
    await quarantineDevice(redis, credential, 'bob', stored, { reason: 'UNREGISTERED', now: NOW });
    expect((await indexed())?.map(({ id }) => id)).toEqual([calls.id]);
    await removeDevices(redis, 'demo', 'bob', () => true);
    expect(await indexed()).toEqual([]);
  });

  test('loses the device idle longest when there are too many, and one whose phone changed hands', async () => {
    const [one, two, three] = [
      await register({ ...PHONE, session: 's1', token: 'token-1' }, NOW, 2),
      await register({ ...PHONE, session: 's2', token: 'token-2' }, NOW + 1, 2),
      await register({ ...PHONE, session: 's3', token: 'token-3' }, NOW + 2, 2),
    ];
    expect((await indexed())?.map(({ id }) => id)).toEqual([two.id, three.id]);
    expect(one.id).not.toBe(two.id);
    await registerDevice(redis, 'demo', 'carol', { ...PHONE, token: 'token-2' }, NOW + 3);
    expect((await indexed())?.map(({ id }) => id)).toEqual([three.id]);
  });
});
