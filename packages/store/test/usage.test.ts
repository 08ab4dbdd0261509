import { describe, expect, test } from '@jest/globals';
import {
  addMembers,
  createSession,
  deleteGroup,
  deleteUser,
  readUsage,
  removeMembers,
  replaceMembers,
  upsertGroup,
} from '../src/index.ts';
import { createUsers, privateRedis, stream } from './private-redis.ts';

const { redis } = await privateRedis();

const usage = () => readUsage(redis, 'demo');

describe('what an app stores', () => {
  test('is nothing at first, and of one app', async () => {
    await createUsers(redis, 'other', ['alice'], 1);
    expect(await usage()).toEqual({ users: 0, groups: 0, members: 0 });
  });

  test('counts each user with a record once, until they are erased', async () => {
    await createUsers(redis, 'demo', ['alice', 'bob', 'bob'], 1);
    await createSession(redis, 'demo', 'alice', 2);
    expect(await usage()).toMatchObject({ users: 2 });
    await deleteUser(redis, 'demo', 'bob');
    await deleteUser(redis, 'demo', 'bob');
    await deleteUser(redis, 'demo', 'ghost');
    expect(await usage()).toMatchObject({ users: 1 });
    await createUsers(redis, 'demo', ['bob'], 3);
    expect(await usage()).toMatchObject({ users: 2 });
  });

  test('counts groups and memberships, however they come and go', async () => {
    await upsertGroup(redis, 'demo', 'hiking', {}, 1);
    await addMembers(redis, 'demo', 'hiking', ['alice', 'bob', 'bob'], 1);
    await addMembers(redis, 'demo', 'chess', ['alice', 'bob'], 1);
    expect(await usage()).toMatchObject({ groups: 2, members: 4 });
    await removeMembers(redis, 'demo', 'hiking', ['bob', 'ghost']);
    expect(await usage()).toMatchObject({ members: 3 });
    await replaceMembers(redis, 'demo', 'hiking', stream(['bob', 'carol', 'dave']));
    expect(await usage()).toMatchObject({ members: 5 });
    await deleteUser(redis, 'demo', 'bob');
    expect(await usage()).toMatchObject({ members: 3 });
    await replaceMembers(redis, 'demo', 'hiking', stream([]));
    await deleteGroup(redis, 'demo', 'chess');
    expect(await usage()).toMatchObject({ groups: 1, members: 0 });
  });

  test('does not change with a bulk load that breaks off', async () => {
    await addMembers(redis, 'demo', 'hiking', ['alice'], 1);
    async function* broken() {
      yield 'bob';
      throw new Error('gone');
    }
    await expect(replaceMembers(redis, 'demo', 'hiking', broken())).rejects.toThrow('gone');
    expect(await usage()).toMatchObject({ members: 1 });
    expect(await redis.keys('*load*')).toEqual([]);
  });
});
