import { describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { hashToken } from '../src/device-record.ts';
import {
  countMembers,
  deleteUser,
  importDevices,
  importGroups,
  importPreferences,
  importUsers,
  listDevices,
  listMutes,
  muteEach,
  pageReactionFollowers,
  readPreferences,
  readUsage,
  readUser,
  registerDevice,
  removeDevices,
} from '../src/index.ts';
import { createUsers, everything, indexedTokens, interposed, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const MOST = 3;

const fcm = (token: string) => ({ token, platform: 'fcm_android' as const, providerId: 'default' });
const tokensOf = async (uid: string) =>
  (await listDevices(redis, 'demo', uid)).map(({ token }) => token).toSorted((a, b) => (a < b ? -1 : 1));
const load = (devices: [uid: string, token: string][], on: Redis = redis, now = NOW) =>
  importDevices(
    on,
    'demo',
    devices.map(([uid, token]) => ({ uid, registration: fcm(token) })),
    now,
    MOST,
  );

/** Runs a step that dies before its nth command, for every n until it gets through. */
async function dyingAtEach(step: (on: Redis) => Promise<unknown>, afterwards: () => Promise<void>): Promise<void> {
  for (let lives = 0; ; lives++) {
    await redis.flushall();
    await createUsers(redis, 'demo', ['bob', 'carol', 'dave'], NOW);
    let left = lives;
    const died = await step(
      interposed(redis, async () => {
        if (left-- === 0) throw new Error('died');
      }),
    ).then(
      () => false,
      () => true,
    );
    await afterwards();
    if (!died) return;
  }
}

describe('imported push tokens', () => {
  test('are registered; again, and later, nothing changes', async () => {
    await createUsers(redis, 'demo', ['bob', 'carol'], NOW);
    await load([
      ['bob', 't1'],
      ['bob', 't2'],
      ['carol', 't3'],
    ]);
    expect([await tokensOf('bob'), await tokensOf('carol')]).toEqual([['t1', 't2'], ['t3']]);
    const before = await everything(redis);
    await load(
      [
        ['bob', 't2'],
        ['carol', 't3'],
        ['bob', 't1'],
      ],
      redis,
      NOW + 60_000,
    );
    expect(await everything(redis)).toEqual(before);
  });

  test('stay with another user, another session or a former import that has them', async () => {
    await createUsers(redis, 'demo', ['bob', 'carol', 'dave'], NOW);
    await registerDevice(redis, 'demo', 'carol', { ...fcm('t1'), session: 's1' }, NOW);
    await registerDevice(redis, 'demo', 'bob', { ...fcm('t2'), session: 's2' }, NOW);
    await load([['dave', 't3']]);
    const before = await everything(redis);
    await load(
      [
        ['bob', 't1'],
        ['bob', 't2'],
        ['bob', 't3'],
      ],
      redis,
      NOW + 1,
    );
    expect(await everything(redis)).toEqual(before);
  });

  test('go to the first of several users in one import', async () => {
    await createUsers(redis, 'demo', ['bob', 'carol'], NOW);
    await load([
      ['bob', 't1'],
      ['carol', 't1'],
    ]);
    expect([await tokensOf('bob'), await tokensOf('carol')]).toEqual([['t1'], []]);
  });

  test('are registered when the phone has logged out everywhere', async () => {
    await createUsers(redis, 'demo', ['bob', 'carol'], NOW);
    await registerDevice(redis, 'demo', 'carol', { ...fcm('t1'), session: 's1' }, NOW);
    await removeDevices(redis, 'demo', 'carol', () => true);
    await load([['bob', 't1']]);
    expect(await tokensOf('bob')).toEqual(['t1']);
  });

  test('stay with a user whose device is stored as before', async () => {
    await createUsers(redis, 'demo', ['bob'], NOW);
    const device = { ...fcm('t1'), session: 's1', registeredAt: NOW, createdAt: NOW };
    await redis.hset('user:{demo:old}', { createdAt: NOW, 'd:old-device': JSON.stringify(device) });
    await redis.set(`pushtoken:{demo:${hashToken('t1')}}`, 'old old-device');
    await load([
      ['bob', 't1'],
      ['old', 't2'],
    ]);
    expect([await tokensOf('bob'), await tokensOf('old')]).toEqual([[], ['t1', 't2']]);
    expect(await indexedTokens(redis)).toBe(2);
  });

  test('are no more per user than allowed', async () => {
    await createUsers(redis, 'demo', ['bob'], NOW);
    const five = ['t1', 't2', 't3', 't4', 't5'].map((token): [string, string] => ['bob', token]);
    for (let times = 0; times < 2; times++) {
      expect((await load(five)).map(({ registration }) => registration.token)).toEqual(['t4', 't5']);
      expect(await tokensOf('bob')).toEqual(['t1', 't2', 't3']);
      expect(await indexedTokens(redis)).toBe(3);
    }
  });

  test('of a user who was erased meanwhile are not kept', async () => {
    await load([['bob', 't1']]);
    expect(await indexedTokens(redis)).toBe(0);
    expect(await readUser(redis, 'demo', 'bob')).toBeUndefined();
  });

  test('after a crash before any command, the same import completes them', async () => {
    const devices: [string, string][] = [
      ['bob', 't1'],
      ['carol', 't2'],
      ['carol', 't3'],
    ];
    await dyingAtEach(
      (on) => load(devices, on),
      async () => {
        await load(devices);
        expect([await tokensOf('bob'), await tokensOf('carol')]).toEqual([['t1'], ['t2', 't3']]);
        expect(await indexedTokens(redis)).toBe(3);
      },
    );
  });

  test('that the phone registers elsewhere meanwhile end with exactly one user', async () => {
    for (let at = 0; at < 6; at++) {
      await redis.flushall();
      await createUsers(redis, 'demo', ['bob', 'carol'], NOW);
      let left = at;
      const racing = interposed(redis, async () => {
        if (left-- === 0) await registerDevice(redis, 'demo', 'carol', { ...fcm('t1'), session: 's1' }, NOW + 1);
      });
      await load([['bob', 't1']], racing);
      expect([at, await tokensOf('bob'), await tokensOf('carol')]).toEqual([
        at,
        left >= 0 ? ['t1'] : [],
        left >= 0 ? [] : ['t1'],
      ]);
      expect(await indexedTokens(redis)).toBe(1);
    }
  });
});

describe('imported users', () => {
  test('are created or changed, and counted once', async () => {
    await createUsers(redis, 'demo', ['bob'], NOW);
    const users = [{ uid: 'bob', profile: { name: 'Bob', deactivated: true } }, { uid: 'carol' }];
    for (let times = 0; times < 2; times++) await importUsers(redis, 'demo', users, NOW + times);
    expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ name: 'Bob', deactivated: true, createdAt: NOW });
    expect(await readUser(redis, 'demo', 'carol')).toMatchObject({ deactivated: false, createdAt: NOW });
    await importUsers(redis, 'demo', [{ uid: 'bob', profile: { name: null, deactivated: false } }], NOW);
    expect(await readUser(redis, 'demo', 'bob')).toEqual({ uid: 'bob', deactivated: false, createdAt: NOW });
    expect((await readUsage(redis, 'demo')).users).toBe(2);
  });

  test('who were erased exist again', async () => {
    await createUsers(redis, 'demo', ['bob'], NOW);
    await deleteUser(redis, 'demo', 'bob');
    await importUsers(redis, 'demo', [{ uid: 'bob' }], NOW + 1);
    expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ createdAt: NOW + 1 });
    expect(await redis.ttl('user:{demo:bob}')).toBe(-1);
  });
});

describe('imported groups', () => {
  test('get their fields and members, and are counted once', async () => {
    const members = Array.from({ length: 2500 }, (_, i) => `user-${i}`);
    const groups = [
      { guid: 'big', name: 'Big', members },
      { guid: 'small', members: [] },
      { guid: 'big', icon: 'https://example.com/i.png', members: ['user-1', 'last'] },
    ];
    for (let times = 0; times < 2; times++) await importGroups(redis, 'demo', groups, NOW);
    expect(await countMembers(redis, 'demo', 'big')).toBe(2501);
    expect(await readUsage(redis, 'demo')).toEqual({ users: 0, groups: 2, members: 2501 });
    expect(await redis.hgetall('group:{demo:big}')).toEqual({
      createdAt: String(NOW),
      name: 'Big',
      icon: 'https://example.com/i.png',
    });
  });
});

describe('imported preferences', () => {
  const reactions = (value: number) => ({ groupPreferences: { groupReactions: value } });

  test('are merged in order, also with what the user changes meanwhile', async () => {
    await createUsers(redis, 'demo', ['bob'], NOW);
    let changed = false;
    const racing = interposed(redis, async () => {
      if (changed) return;
      changed = true;
      await importPreferences(redis, 'demo', [{ uid: 'bob', patch: { usePrivacyTemplate: true } }], NOW);
    });
    const changes = [
      { uid: 'bob', patch: { groupPreferences: { groupMessages: 3 } } },
      { uid: 'bob', patch: { groupPreferences: { groupMessages: 1 } } },
    ];
    await importPreferences(racing, 'demo', changes, NOW);
    expect(await readPreferences(redis, 'demo', 'bob')).toEqual({
      usePrivacyTemplate: true,
      groupPreferences: { groupMessages: 1 },
    });
  });

  test('list the users who follow reactions, also after a crash', async () => {
    await dyingAtEach(
      (on) => importPreferences(on, 'demo', [{ uid: 'bob', patch: reactions(3) }], NOW),
      async () => {
        await importPreferences(redis, 'demo', [{ uid: 'bob', patch: reactions(3) }], NOW);
        expect(await pageReactionFollowers(redis, 'demo', '', 10)).toEqual(['bob']);
      },
    );
    await importPreferences(redis, 'demo', [{ uid: 'bob', patch: reactions(1) }], NOW);
    expect(await pageReactionFollowers(redis, 'demo', '', 10)).toEqual([]);
  });
});

test('mutes of many users are written, and refused for those who would have too many', async () => {
  await createUsers(redis, 'demo', ['bob', 'carol'], NOW);
  const groups = Array.from({ length: 1001 }, (_, i) => ({ id: `g${i}`, type: 'group' as const, until: null }));
  const muters = [
    { uid: 'bob', mutes: groups.slice(1) },
    { uid: 'carol', mutes: groups },
  ];
  expect(await muteEach(redis, 'demo', muters, NOW)).toEqual(['carol']);
  expect(await muteEach(redis, 'demo', [{ uid: 'bob', mutes: groups.slice(0, 1) }], NOW)).toEqual(['bob']);
  expect((await listMutes(redis, 'demo', 'bob', NOW)).length).toBe(1000);
  expect(await listMutes(redis, 'demo', 'carol', NOW)).toEqual([]);
});
