import { expect, test } from '@jest/globals';
import { deleteUser, listUsers, recordPresence, upsertUser } from '../src/index.ts';
import { createUsers, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

/** All pages, one after the other. */
async function pages(limit: number, bounds: { step?: number; most?: number } = {}): Promise<string[][]> {
  const all: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listUsers(redis, 'demo', { cursor, limit, ...bounds });
    all.push(page.users.map(({ uid }) => uid));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return all;
}

test('an app without users has one empty page', async () => {
  await createUsers(redis, 'other', ['bob'], 1000);
  expect(await listUsers(redis, 'demo', { limit: 10 })).toEqual({ users: [] });
});

test('users are listed with their profile', async () => {
  await upsertUser(redis, 'demo', 'bob', { name: 'Bob', timezone: 'Asia/Tokyo', deactivated: true }, 1000);
  await recordPresence(redis, 'demo', 'bob', { status: 'online', at: 5000 }, 9000);
  expect(await listUsers(redis, 'demo', { limit: 10 })).toEqual({
    users: [
      {
        ...{ uid: 'bob', name: 'Bob', timezone: 'Asia/Tokyo', deactivated: true, createdAt: 1000 },
        ...{ status: 'online', lastActiveAt: 5000 },
      },
    ],
  });
});

test.each([1, 7, 50, 1000])('pages of %i list each user of the app once, and no one else', async (limit) => {
  const uids = [...uidsOf(60), 'with space', 'ümlaut', '*', '}:x{'];
  await createUsers(redis, 'demo', [...uids, 'erased', 'gone'], 1000);
  await createUsers(redis, 'demo2', uidsOf(50), 1000);
  await deleteUser(redis, 'demo', 'erased');
  await redis.del('user:{demo:gone}');
  for (const step of [5, 2000]) {
    const listed = await pages(limit, { step });
    expect(listed.flat().sort()).toEqual([...uids].sort());
    expect(listed.filter((page) => page.length > limit)).toEqual([]);
  }
});

test('what a page looks at is bounded: among many other keys it may be empty, with a cursor', async () => {
  await createUsers(redis, 'other', uidsOf(500), 1000);
  await createUsers(redis, 'demo', ['alice', 'bob'], 1000);
  const listed = await pages(10, { step: 20, most: 60 });
  expect(listed.flat().sort()).toEqual(['alice', 'bob']);
  expect(listed.length).toBeGreaterThan(4);
  expect(listed.length).toBeLessThan(20);
});

test.each(['x', 'AAAA', btoa('0'), btoa('0 1'), btoa('-1 5 bob'), btoa('0 x bob'), '💥'])(
  'what is no cursor of ours is refused: %j',
  async (cursor) => {
    await expect(listUsers(redis, 'demo', { cursor, limit: 1 })).rejects.toThrow(RangeError);
  },
);

test('a cursor of a primary that has left the cluster ends the list', async () => {
  await createUsers(redis, 'demo', ['bob'], 1000);
  expect(await listUsers(redis, 'demo', { cursor: btoa('7 0 '), limit: 1 })).toEqual({ users: [] });
});
