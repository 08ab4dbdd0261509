import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { readPeople, readProfiles, readRecipients, readUser, recordPresence, upsertUser } from '../src/index.ts';
import { createUsers, everything, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

const BOB = { name: 'Bob', avatar: 'https://example.com/b.png', timezone: 'Asia/Tokyo', locale: 'ja' };

describe('a user', () => {
  test('is stored and read back', async () => {
    const stored = { uid: 'bob', ...BOB, deactivated: false, createdAt: 1000 };
    expect(await upsertUser(redis, 'demo', 'bob', BOB, 1000)).toEqual(stored);
    expect(await readUser(redis, 'demo', 'bob')).toEqual(stored);
  });

  test('is known to one app only', async () => {
    await upsertUser(redis, 'demo', 'bob', BOB, 1000);
    expect(await readUser(redis, 'other', 'bob')).toBeUndefined();
    expect(await readUser(redis, 'demo', 'carol')).toBeUndefined();
  });

  test('keeps fields that a change omits, and the time of their creation', async () => {
    await upsertUser(redis, 'demo', 'bob', { ...BOB, deactivated: true }, 1000);
    const changed = { uid: 'bob', ...BOB, name: 'Robert', deactivated: true, createdAt: 1000 };
    expect(await upsertUser(redis, 'demo', 'bob', { name: 'Robert', avatar: undefined }, 2000)).toEqual(changed);
    expect(await readUser(redis, 'demo', 'bob')).toEqual(changed);
  });

  test('loses fields that a change sets to null, and nothing else', async () => {
    await upsertUser(redis, 'demo', 'bob', { ...BOB, deactivated: true }, 1000);
    const { avatar: _gone, ...rest } = BOB;
    const changed = await upsertUser(redis, 'demo', 'bob', { avatar: null, deactivated: null }, 2000);
    expect(changed).toEqual({ uid: 'bob', ...rest, deactivated: false, createdAt: 1000 });
    expect(changed).not.toHaveProperty('avatar');
  });

  test('with an empty record exists', async () => {
    await createUsers(redis, 'demo', ['bob', 'carol'], 1000);
    expect(await readUser(redis, 'demo', 'carol')).toEqual({ uid: 'carol', deactivated: false, createdAt: 1000 });
  });

  test('who has a record is left unchanged', async () => {
    await upsertUser(redis, 'demo', 'bob', { ...BOB, deactivated: true }, 1000);
    const before = await everything(redis);
    await createUsers(redis, 'demo', ['bob', 'bob'], 2000);
    expect(await everything(redis)).toEqual(before);
  });
});

describe('presence', () => {
  const report = (status: 'online' | 'offline', at: number, now = 9000) =>
    recordPresence(redis, 'demo', 'bob', { status, at }, now);

  test('is stored only for a user who has a record', async () => {
    await report('online', 5000);
    expect(await readUser(redis, 'demo', 'bob')).toBeUndefined();
    expect(await everything(redis)).toEqual({});
    await createUsers(redis, 'demo', ['bob'], 9000);
    await report('online', 5000);
    const bob = { uid: 'bob', deactivated: false, createdAt: 9000 };
    expect(await readUser(redis, 'demo', 'bob')).toEqual({ ...bob, status: 'online', lastActiveAt: 5000 });
    await upsertUser(redis, 'demo', 'carol', BOB, 1000);
    await recordPresence(redis, 'demo', 'carol', { status: 'offline', at: 5000 }, 9000);
    expect(await readUser(redis, 'demo', 'carol')).toMatchObject({ name: 'Bob', status: 'offline', createdAt: 1000 });
  });

  test('is not replaced by an older one', async () => {
    await createUsers(redis, 'demo', ['bob'], 1);
    await report('offline', 5000);
    await report('online', 4000);
    expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ status: 'offline', lastActiveAt: 5000 });
    await report('online', 5000);
    expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ status: 'online', lastActiveAt: 5000 });
  });

  test('from the future counts as now, so that it does not stay forever', async () => {
    await createUsers(redis, 'demo', ['bob'], 1);
    await report('online', 99_000, 9000);
    await report('offline', 9500, 9600);
    expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ status: 'offline', lastActiveAt: 9500 });
  });
});

describe('thousands of users', () => {
  test('have a record, and are read in their order', async () => {
    const uids = uidsOf(2500);
    await createUsers(redis, 'demo', uids, 1000);
    for (const uid of [uids[0], uids[2499]] as string[]) await upsertUser(redis, 'demo', uid, { name: uid }, 1000);
    expect(Object.keys(await everything(redis))).toHaveLength(2500);
    const profiles = await readProfiles(redis, 'demo', uids);
    expect(profiles).toEqual({
      [uids[0] as string]: { name: uids[0] },
      [uids[2499] as string]: { name: uids[2499] },
    });
    const found = await readRecipients(redis, 'demo', ['ghost', ...uids]);
    expect(found.map(({ uid, hasRecord }) => [uid, hasRecord])).toEqual([
      ['ghost', false],
      ...uids.map((uid) => [uid, true]),
    ]);
  });

  test('are read in batches, so that no buffer holds them all', async () => {
    await using own = await startTestRedis({ oneServer: 'it counts the commands that one gets' });
    const sizes: number[] = [];
    let underWay = 0;
    const counting = new Proxy(own.redis, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name === 'evalshaBuffer') {
          return (sha: string, keys: number, ...rest: string[]) => {
            sizes.push(keys);
            return value.call(target, sha, keys, ...rest);
          };
        }
        if (name !== 'hmget') return typeof value === 'function' ? value.bind(target) : value;
        return (...args: string[]) => {
          if (underWay === 0) sizes.push(0);
          sizes[sizes.length - 1] = ++underWay;
          return value.apply(target, args).finally(() => underWay--);
        };
      },
    });
    const uids = uidsOf(2500);
    await createUsers(own.redis, 'demo', uids, 1000);
    await readProfiles(counting, 'demo', uids);
    expect(sizes.splice(0)).toEqual([1000, 1000, 500]);
    await readRecipients(counting, 'demo', uids);
    expect(sizes).toEqual([500, 500, 500, 500, 500]);
  });
});

describe('profiles', () => {
  test('contain name and picture where known', async () => {
    await upsertUser(redis, 'demo', 'bob', BOB, 1);
    await upsertUser(redis, 'demo', 'carol', { name: 'Carol' }, 1);
    await createUsers(redis, 'demo', ['dave'], 1);
    expect(await readProfiles(redis, 'demo', ['bob', 'carol', 'dave', 'stranger'])).toEqual({
      bob: { name: 'Bob', avatar: BOB.avatar },
      carol: { name: 'Carol' },
    });
  });

  test('are read with the recipients of deliveries as well, who are undefined when deactivated', async () => {
    await upsertUser(redis, 'demo', 'bob', BOB, 1);
    await upsertUser(redis, 'demo', 'carol', { name: 'Carol', deactivated: true }, 1);
    const shown = ['bob', 'carol', 'stranger', '__proto__', 'constructor'];
    const { targets, profiles } = await readPeople(redis, 'demo', [{ uid: 'carol' }, { uid: 'bob' }], shown);
    expect(profiles).toEqual(await readProfiles(redis, 'demo', shown));
    expect(targets).toEqual([undefined, { uid: 'bob', name: 'Bob', avatar: BOB.avatar, locale: 'ja' }]);
  });

  test.each(['constructor', 'toString', '__proto__'])(
    'contain nothing for an unknown user called "%s"',
    async (uid) => {
      const strangers = await readProfiles(redis, 'demo', [uid]);
      expect(strangers[uid]).toBeUndefined();
      await upsertUser(redis, 'demo', uid, { name: 'Carl' }, 1);
      const known = await readProfiles(redis, 'demo', [uid]);
      expect(known[uid]).toEqual({ name: 'Carl' });
    },
  );
});
