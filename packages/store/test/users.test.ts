import { describe, expect, test } from '@jest/globals';
import { readProfiles, readUser, touchUsers, upsertUser } from '../src/index.ts';
import { everything, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();

const BOB = { name: 'Bob', avatar: 'https://example.com/b.png', timezone: 'Asia/Tokyo', locale: 'ja' };

describe('a person', () => {
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

  test('keeps what a change does not name, and the time of their creation', async () => {
    await upsertUser(redis, 'demo', 'bob', { ...BOB, deactivated: true }, 1000);
    const changed = { uid: 'bob', ...BOB, name: 'Robert', deactivated: true, createdAt: 1000 };
    expect(await upsertUser(redis, 'demo', 'bob', { name: 'Robert', avatar: undefined }, 2000)).toEqual(changed);
    expect(await readUser(redis, 'demo', 'bob')).toEqual(changed);
  });

  test('loses what a change sets to null, and nothing else', async () => {
    await upsertUser(redis, 'demo', 'bob', { ...BOB, deactivated: true }, 1000);
    const { avatar: _gone, ...rest } = BOB;
    const changed = await upsertUser(redis, 'demo', 'bob', { avatar: null, deactivated: null }, 2000);
    expect(changed).toEqual({ uid: 'bob', ...rest, deactivated: false, createdAt: 1000 });
    expect(changed).not.toHaveProperty('avatar');
  });

  test('who is named for the first time exists from then on', async () => {
    await touchUsers(redis, 'demo', ['bob', 'carol'], 1000);
    expect(await readUser(redis, 'demo', 'carol')).toEqual({ uid: 'carol', deactivated: false, createdAt: 1000 });
  });

  test('who is named again stays as they were', async () => {
    await upsertUser(redis, 'demo', 'bob', { ...BOB, deactivated: true }, 1000);
    const before = await everything(redis);
    await touchUsers(redis, 'demo', ['bob', 'bob'], 2000);
    await touchUsers(redis, 'demo', [], 2000);
    expect(await everything(redis)).toEqual(before);
  });
});

describe('profiles', () => {
  test('tell name and picture of who has them', async () => {
    await upsertUser(redis, 'demo', 'bob', BOB, 1);
    await upsertUser(redis, 'demo', 'carol', { name: 'Carol' }, 1);
    await touchUsers(redis, 'demo', ['dave'], 1);
    expect(await readProfiles(redis, 'demo', ['bob', 'carol', 'dave', 'stranger'])).toEqual({
      bob: { name: 'Bob', avatar: BOB.avatar },
      carol: { name: 'Carol' },
    });
  });

  test.each(['constructor', 'toString', '__proto__'])('know nothing of a stranger called "%s"', async (uid) => {
    const strangers = await readProfiles(redis, 'demo', [uid]);
    expect(strangers[uid]).toBeUndefined();
    await upsertUser(redis, 'demo', uid, { name: 'Carl' }, 1);
    const known = await readProfiles(redis, 'demo', [uid]);
    expect(known[uid]).toEqual({ name: 'Carl' });
  });
});
