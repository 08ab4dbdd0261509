import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addMembers,
  clearUnreadOfFormer,
  countUnread,
  deleteGroup,
  pageMembers,
  readUnreadOf,
  removeMembers,
  replaceMembers,
} from '../src/index.ts';
import { interposed, privateRedis, stream, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

let events = 0;
const members = () => pageMembers(redis, 'demo', 'hiking', '', 10_000);
/** A message to these users, in the group or in a 1:1. */
const message = (uids: string[], conversationId = 'group_hiking') =>
  countUnread(redis, 'demo', { conversationId, eventKey: `e${events++}` }, uids);
const unread = (...uids: string[]) => readUnreadOf(redis, 'demo', uids);
const add = (...uids: string[]) => addMembers(redis, 'demo', 'hiking', uids, 1000);

describe('the unread count of a former member in a group is cleared', () => {
  test('however the membership ended, and other unread counts stay', async () => {
    await add('a', 'b', 'c', 'd');
    await message(['a', 'b', 'c', 'd']);
    await message(['a', 'b', 'c', 'd'], 'group_chess');
    await removeMembers(redis, 'demo', 'hiking', ['a']);
    expect(await unread('a', 'b', 'c', 'd')).toEqual([1, 2, 2, 2]);
    await replaceMembers(redis, 'demo', 'hiking', stream(['c', 'd', 'e']));
    expect(await unread('a', 'b', 'c', 'd')).toEqual([1, 1, 2, 2]);
    await deleteGroup(redis, 'demo', 'hiking');
    expect(await unread('a', 'b', 'c', 'd')).toEqual([1, 1, 1, 1]);
    expect(await redis.keys('members:*')).toEqual([]);
  });

  test('in a large group', async () => {
    const many = uidsOf(2500);
    await add(...many);
    await message(many);
    await replaceMembers(redis, 'demo', 'hiking', stream(many.slice(0, 100)));
    expect(await unread(...many)).toEqual(many.map((_, i) => (i < 100 ? 1 : 0)));
    expect(await redis.keys('members:*')).toEqual(['members:{demo:hiking}']);
  });

  test('even if a crash interrupted the clearing: the same call again finishes it', async () => {
    const many = uidsOf(2500);
    await add(...many);
    await message(many);
    let commands = 0;
    const crashing = interposed(redis, async () => {
      if (++commands > 4) throw new Error('crash');
    });
    await expect(deleteGroup(crashing, 'demo', 'hiking')).rejects.toThrow('crash');
    await deleteGroup(redis, 'demo', 'hiking');
    expect(new Set(await unread(...many))).toEqual(new Set([0]));
  });

  test('even if it was counted while the user left', async () => {
    await add('a', 'b');
    await removeMembers(redis, 'demo', 'hiking', ['a']);
    await message(['a', 'b']);
    await clearUnreadOfFormer(redis, 'demo', 'hiking', ['a', 'b']);
    expect(await unread('a', 'b')).toEqual([0, 1]);
  });

  test('after any sequence of messages, joins, leaves, bulk loads and deletion', async () => {
    const uids = ['a', 'b', 'c', 'd'];
    const some = fc.subarray(uids, { minLength: 1 });
    const step = fc.oneof(
      fc.record({ do: fc.constant('message' as const) }),
      fc.record({ do: fc.constantFrom('add' as const, 'remove' as const, 'load' as const), uids: some }),
      fc.record({ do: fc.constant('delete' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        await redis.flushall();
        const counts = new Map<string, number>();
        const keep = (uids: string[]) => {
          for (const uid of counts.keys()) if (!uids.includes(uid)) counts.delete(uid);
          for (const uid of uids) counts.set(uid, counts.get(uid) ?? 0);
        };
        for (const one of steps) {
          const now = [...counts.keys()];
          if (one.do === 'message') {
            await message(now);
            for (const uid of now) counts.set(uid, (counts.get(uid) as number) + 1);
          } else if (one.do === 'add') {
            await add(...one.uids);
            keep([...now, ...one.uids]);
          } else if (one.do === 'remove') {
            await removeMembers(redis, 'demo', 'hiking', one.uids);
            keep(now.filter((uid) => !one.uids.includes(uid)));
          } else if (one.do === 'load') {
            await replaceMembers(redis, 'demo', 'hiking', stream(one.uids));
            keep(one.uids);
          } else {
            await deleteGroup(redis, 'demo', 'hiking');
            keep([]);
          }
        }
        expect(await members()).toEqual([...counts.keys()].sort());
        expect(await unread(...uids)).toEqual(uids.map((uid) => counts.get(uid) ?? 0));
      }),
      { numRuns: 60 },
    );
  });
});
