import { describe, expect, test } from '@jest/globals';
import {
  addMembers,
  countMembers,
  deleteGroup,
  pageMembers,
  readGroup,
  readGroupSize,
  readUser,
  recordGroupSize,
  removeMembers,
  upsertGroup,
  upsertUser,
} from '../src/index.ts';
import { everything, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

const add = (...uids: string[]) => addMembers(redis, 'demo', 'hiking', uids, 1000);
const remove = (...uids: string[]) => removeMembers(redis, 'demo', 'hiking', uids);
const page = (after: string, limit: number) => pageMembers(redis, 'demo', 'hiking', after, limit);
const count = () => countMembers(redis, 'demo', 'hiking');

test('a group of which only the size is known does not exist, and its size does not show', async () => {
  expect(await readGroupSize(redis, 'demo', 'pulled')).toBeUndefined();
  await recordGroupSize(redis, 'demo', 'pulled', 1_000_000);
  expect(await readGroup(redis, 'demo', 'pulled')).toBeUndefined();
  await upsertGroup(redis, 'demo', 'pulled', { name: 'Pulled' }, 1);
  expect(await readGroupSize(redis, 'demo', 'pulled')).toBe(1_000_000);
  expect(await readGroup(redis, 'demo', 'pulled')).toEqual({ guid: 'pulled', name: 'Pulled', createdAt: 1 });
});

describe('a group', () => {
  const HIKING = { name: 'Hiking group', icon: 'https://example.com/h.png' };

  test('is stored and read back, in its app only', async () => {
    expect(await upsertGroup(redis, 'demo', 'hiking', HIKING, 1000)).toEqual({
      guid: 'hiking',
      ...HIKING,
      createdAt: 1000,
    });
    expect(await readGroup(redis, 'demo', 'hiking')).toEqual({ guid: 'hiking', ...HIKING, createdAt: 1000 });
    expect(await readGroup(redis, 'other', 'hiking')).toBeUndefined();
  });

  test('keeps fields that a change omits, and loses those it sets to null', async () => {
    await upsertGroup(redis, 'demo', 'hiking', HIKING, 1000);
    const changed = await upsertGroup(redis, 'demo', 'hiking', { name: 'Walking', icon: undefined }, 2000);
    expect(changed).toEqual({ guid: 'hiking', name: 'Walking', icon: HIKING.icon, createdAt: 1000 });
    expect(await upsertGroup(redis, 'demo', 'hiking', { icon: null }, 3000)).not.toHaveProperty('icon');
  });

  test('leaves nothing behind when it is deleted, and takes nothing of other groups', async () => {
    await addMembers(redis, 'demo', 'chess', ['bob'], 1000);
    await addMembers(redis, 'other', 'hiking', ['bob'], 1000);
    const before = await everything(redis);
    await upsertGroup(redis, 'demo', 'hiking', HIKING, 1000);
    await add('bob');
    expect(await deleteGroup(redis, 'demo', 'hiking')).toBe(true);
    expect(await everything(redis)).toEqual(before);
    expect(await deleteGroup(redis, 'demo', 'hiking')).toBe(false);
  });
});

describe('members', () => {
  test('are counted when they are added and removed, each once', async () => {
    expect(await add('bob', 'carol', 'bob')).toBe(2);
    expect(await add('carol', 'dave')).toBe(1);
    expect(await count()).toBe(3);
    expect(await remove('bob', 'stranger')).toBe(1);
    expect(await count()).toBe(2);
  });

  test('change nothing when the list is empty', async () => {
    expect([await add(), await remove(), await count()]).toEqual([0, 0, 0]);
    expect(await everything(redis)).toEqual({});
  });

  test('get no record of their own, and the group exists from then on', async () => {
    await upsertUser(redis, 'demo', 'bob', { name: 'Bob' }, 1);
    await add('bob', 'carol');
    expect(await readGroup(redis, 'demo', 'hiking')).toEqual({ guid: 'hiking', createdAt: 1000 });
    expect(await readUser(redis, 'demo', 'bob')).toMatchObject({ name: 'Bob', createdAt: 1 });
    expect(await readUser(redis, 'demo', 'carol')).toBeUndefined();
  });

  test('of an unknown group are none', async () => {
    expect([await count(), await page('', 10)]).toEqual([0, []]);
  });

  test('belong to their group and app only', async () => {
    await add('bob');
    expect(await countMembers(redis, 'demo', 'chess')).toBe(0);
    expect(await countMembers(redis, 'other', 'hiking')).toBe(0);
  });
});

describe('paging through members', () => {
  test('goes in the order of their uids, byte by byte', async () => {
    const sorted = ['-', '0', '10', '9', 'Bob', 'Zoe', '_', 'alice', 'bob', 'bob-2', 'bob2'];
    await add(...[...sorted].reverse());
    expect(await page('', 100)).toEqual(sorted);
    expect(await page('', 2)).toEqual(['-', '0']);
    expect(await page('0', 3)).toEqual(['10', '9', 'Bob']);
    expect(await page('bob2', 3)).toEqual([]);
  });

  test('continues behind a member who has left meanwhile', async () => {
    await add('a', 'b', 'c', 'd');
    await remove('b');
    expect(await page('b', 10)).toEqual(['c', 'd']);
  });

  test('visits every staying member exactly once, whatever others do', async () => {
    const stay = uidsOf(500, 'stay');
    await add(...stay, ...uidsOf(500, 'go'));
    const met: string[] = [];
    for (let uids = await page('', 50); uids.length > 0; uids = await page(met.at(-1) as string, 50)) {
      met.push(...uids);
      await remove(...uidsOf(500, 'go'));
      await add(`come-${met.length}`, `zz-${met.length}`);
    }
    expect(met.filter((uid) => uid.startsWith('stay'))).toEqual(stay);
    expect(new Set(met).size).toBe(met.length);
  });
});
