import type { MutableConversation } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import {
  changePreferences,
  deleteUser,
  muteConversations,
  readDeliveryTarget,
  readRecipients,
  registerDevice,
  removeDevices,
  upsertUser,
} from '../src/index.ts';
import { createUsers, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();

const NOW = 1_741_847_453_000;
const PHONE = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default' };
const register = (uid: string) => registerDevice(redis, 'demo', uid, PHONE, NOW);
const HIDE = { usePrivacyTemplate: true };

describe('recipients', () => {
  const STRANGER = {
    hasRecord: false,
    erased: false,
    deactivated: false,
    devices: [],
    preferences: undefined,
    timezone: undefined,
    mutedUntil: undefined,
  };

  test('come in the order they were asked for; a user who is only named is active, an erased one is not', async () => {
    await upsertUser(redis, 'demo', 'off', { deactivated: true }, 1);
    await upsertUser(redis, 'demo', 'back', { deactivated: true }, 1);
    await upsertUser(redis, 'demo', 'back', { deactivated: false }, 2);
    await deleteUser(redis, 'demo', 'gone');
    expect(await readRecipients(redis, 'demo', ['stranger', 'off', 'back', 'off', 'gone'])).toMatchObject([
      { uid: 'stranger', hasRecord: false, erased: false, deactivated: false },
      { uid: 'off', hasRecord: true, deactivated: true },
      { uid: 'back', hasRecord: true, deactivated: false },
      { uid: 'off', deactivated: true },
      { uid: 'gone', hasRecord: false, erased: true },
    ]);
    expect(await readRecipients(redis, 'demo', [])).toEqual([]);
  });

  test('include devices, preferences and time zone', async () => {
    const { token, registeredAt, createdAt, ...device } = await register('bob');
    await upsertUser(redis, 'demo', 'bob', { timezone: 'Asia/Tokyo' }, 1);
    await changePreferences(redis, 'demo', 'bob', HIDE, 1);
    expect(await readRecipients(redis, 'demo', ['bob', 'stranger'])).toEqual([
      { ...STRANGER, uid: 'bob', hasRecord: true, devices: [device], preferences: HIDE, timezone: 'Asia/Tokyo' },
      { ...STRANGER, uid: 'stranger' },
    ]);
  });

  test('have the preferences they set last', async () => {
    for (const dnd of [1, 2, 1]) {
      await changePreferences(redis, 'demo', 'bob', { mutePreferences: { dnd } }, 1);
      expect(await readRecipients(redis, 'demo', ['bob'])).toMatchObject([
        { preferences: { mutePreferences: { dnd } } },
      ]);
    }
  });

  test('include until when they mute the given conversation', async () => {
    await muteConversations(redis, 'demo', 'bob', [{ id: 'hiking', type: 'group', until: NOW + 5 }], NOW);
    await muteConversations(redis, 'demo', 'carol', [{ id: 'hiking', type: 'group', until: null }], NOW);
    await muteConversations(redis, 'demo', 'dave', [{ id: 'hiking', type: 'oneOnOne', until: null }], NOW);
    const mutedUntil = async (conversation?: MutableConversation) =>
      (await readRecipients(redis, 'demo', ['bob', 'carol', 'dave', 'erin'], conversation)).map(
        (one) => one.mutedUntil,
      );
    expect(await mutedUntil({ id: 'hiking', type: 'group' })).toEqual([NOW + 5, null, undefined, undefined]);
    expect(await mutedUntil({ id: 'hiking', type: 'oneOnOne' })).toEqual([undefined, undefined, null, undefined]);
    expect(await mutedUntil()).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('the target of a delivery', () => {
  test('is the user with the requested device', async () => {
    const profile = { name: 'Bob', avatar: 'https://example.com/b.png', locale: 'ja' };
    const device = await register('bob');
    await upsertUser(redis, 'demo', 'bob', { ...profile, timezone: 'Asia/Tokyo' }, 1);
    await changePreferences(redis, 'demo', 'bob', HIDE, 1);
    const person = { uid: 'bob', ...profile, preferences: HIDE };
    expect(await readDeliveryTarget(redis, 'demo', 'bob', device.id)).toEqual({ ...person, device });
    expect(await readDeliveryTarget(redis, 'demo', 'bob')).toEqual(person);
  });

  test('is the user alone when the device is gone', async () => {
    const device = await register('bob');
    await removeDevices(redis, 'demo', 'bob', () => true);
    expect(await readDeliveryTarget(redis, 'demo', 'bob', device.id)).toEqual({ uid: 'bob' });
  });

  test('may be a user who is only named, not one who is deactivated or erased', async () => {
    expect(await readDeliveryTarget(redis, 'demo', 'bob')).toEqual({ uid: 'bob' });
    await createUsers(redis, 'demo', ['bob'], 1);
    expect(await readDeliveryTarget(redis, 'demo', 'bob')).toEqual({ uid: 'bob' });
    await upsertUser(redis, 'demo', 'bob', { deactivated: true }, 1);
    expect(await readDeliveryTarget(redis, 'demo', 'bob')).toBeUndefined();
    await upsertUser(redis, 'demo', 'bob', { deactivated: false }, 1);
    await deleteUser(redis, 'demo', 'bob');
    expect(await readDeliveryTarget(redis, 'demo', 'bob')).toBeUndefined();
    await createUsers(redis, 'demo', ['bob'], 2);
    expect(await readDeliveryTarget(redis, 'demo', 'bob')).toEqual({ uid: 'bob' });
  });
});
