import { expect, test } from '@jest/globals';
import {
  addMembers,
  changePreferences,
  deleteUser,
  membersAmong,
  pageReactionFollowers,
  resetPreferences,
} from '../src/index.ts';
import { interposed, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();

const wants = (uid: string, groupReactions: number, through = redis) =>
  changePreferences(through, 'demo', uid, { groupPreferences: { groupReactions } }, 1000);
const followers = (after = '', limit = 10) => pageReactionFollowers(redis, 'demo', after, limit);

test('a user who asks for reactions on all messages is listed, and no one else', async () => {
  await wants('bob', 3);
  await wants('carol', 2);
  await wants('alice', 3);
  await wants('dave', 1);
  expect(await followers()).toEqual(['alice', 'bob']);
});

test('the list is paged in the order of uids', async () => {
  for (const uid of ['c', 'a', 'b']) await wants(uid, 3);
  expect(await followers('', 2)).toEqual(['a', 'b']);
  expect(await followers('b', 2)).toEqual(['c']);
});

test.each([
  ['choose something else', () => wants('bob', 2)],
  ['reset their preferences', () => resetPreferences(redis, 'demo', 'bob')],
  ['are erased', () => deleteUser(redis, 'demo', 'bob')],
])('users leave the list when they %s', async (_how, leave) => {
  await wants('bob', 3);
  await leave();
  expect(await followers()).toEqual([]);
});

test('of two concurrent changes, the list follows the stored one', async () => {
  let raced = false;
  const slow = interposed(redis, async () => {
    if (raced) return;
    if (((await redis.hget('user:{demo:bob}', 'prefs')) ?? '').includes('3')) {
      raced = true;
      await wants('bob', 1);
    }
  });
  await wants('bob', 3, slow);
  expect(raced).toBe(true);
  expect(await followers()).toEqual([]);
});

test('members among given users are returned in their order', async () => {
  await addMembers(redis, 'demo', 'hiking', ['bob', 'alice'], 1000);
  expect(await membersAmong(redis, 'demo', 'hiking', ['carol', 'bob', 'alice'])).toEqual(['bob', 'alice']);
  expect(await membersAmong(redis, 'demo', 'hiking', [])).toEqual([]);
});
