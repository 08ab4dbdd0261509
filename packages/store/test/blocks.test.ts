import { FanfareError } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { blockedAmong, blockUsers, deleteUser, listBlocked, unblockUsers } from '../src/index.ts';
import { everything, interposed, privateRedis, uidsOf, withoutTombstones } from './private-redis.ts';

const { redis } = await privateRedis();

const UIDS = ['alice', 'bob', 'carol', 'dave', ...uidsOf(10_000, 'group')];
const relations = async (uid: string) => [...(await blockedAmong(redis, 'demo', uid, UIDS))].sort();

describe('a block', () => {
  test('applies to both users, whichever of them blocked', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob', 'carol']);
    await blockUsers(redis, 'demo', 'dave', ['alice']);
    expect(await relations('alice')).toEqual(['bob', 'carol', 'dave']);
    expect(await relations('bob')).toEqual(['alice']);
    expect(await relations('carol')).toEqual(['alice']);
    expect(await relations('dave')).toEqual(['alice']);
  });

  test('counts once, however often it is made', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob', 'bob']);
    await blockUsers(redis, 'demo', 'alice', ['bob']);
    await unblockUsers(redis, 'demo', 'alice', ['bob']);
    expect(await relations('bob')).toEqual([]);
  });

  test('is known to one app only', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob']);
    expect(await blockedAmong(redis, 'other', 'bob', UIDS)).toEqual(new Set());
  });

  test('is reported only for the users asked about', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob', 'carol']);
    await blockUsers(redis, 'demo', 'dave', ['alice']);
    expect(await blockedAmong(redis, 'demo', 'alice', ['dave', 'erin', 'carol'])).toEqual(new Set(['dave', 'carol']));
    expect(await blockedAmong(redis, 'demo', 'alice', [])).toEqual(new Set());
  });

  test('is listed, sorted, only for the user who made it', async () => {
    await blockUsers(redis, 'demo', 'alice', ['carol', 'bob']);
    expect(await listBlocked(redis, 'demo', 'alice')).toEqual(['bob', 'carol']);
    expect(await listBlocked(redis, 'demo', 'bob')).toEqual([]);
  });

  test('of more than 10,000 users is refused entirely; existing blocks do not count', async () => {
    const many = uidsOf(10_000, 'group');
    for (let i = 0; i < 10_000; i += 1000) await blockUsers(redis, 'demo', 'alice', many.slice(i, i + 1000));
    await blockUsers(redis, 'demo', 'alice', many.slice(0, 1000));
    const refused = blockUsers(redis, 'demo', 'alice', ['bob']);
    await expect(refused).rejects.toThrow(FanfareError);
    await expect(refused).rejects.toThrow(/^blockedUids: /);
    expect(await relations('bob')).toEqual([]);
    expect(await relations('alice')).toHaveLength(10_000);
  });

  test('ends for both when it is removed, and leaves nothing behind', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob', 'carol']);
    await unblockUsers(redis, 'demo', 'alice', ['bob']);
    expect([await relations('alice'), await relations('bob')]).toEqual([['carol'], []]);
    await unblockUsers(redis, 'demo', 'alice', ['carol']);
    expect(await everything(redis)).toEqual({});
  });

  test('cannot be removed by the blocked user', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob']);
    await unblockUsers(redis, 'demo', 'bob', ['alice']);
    expect([await relations('alice'), await relations('bob')]).toEqual([['bob'], ['alice']]);
  });

  test('from both sides ends only when both have removed it', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob']);
    await blockUsers(redis, 'demo', 'bob', ['alice']);
    await unblockUsers(redis, 'demo', 'alice', ['bob']);
    expect([await relations('alice'), await relations('bob')]).toEqual([['bob'], ['alice']]);
    await unblockUsers(redis, 'demo', 'bob', ['alice']);
    expect([await relations('alice'), await relations('bob')]).toEqual([[], []]);
  });

  test('that was interrupted at any command is gone when its user is erased', async () => {
    let crashes = 0;
    for (let step = 0; crashes === step; step++) {
      await redis.flushall();
      let commands = 0;
      const crashing = interposed(redis, async () => {
        if (commands++ === step) throw new Error('crash');
      });
      await blockUsers(crashing, 'demo', 'alice', ['bob']).catch(() => crashes++);
      await deleteUser(redis, 'demo', 'bob');
      expect(await withoutTombstones(redis)).toEqual({});
    }
    expect(crashes).toBeGreaterThan(3);
  });

  test('that is removed while it is made is complete or gone', async () => {
    for (let at = 0; at < 6; at++) {
      await redis.flushall();
      let commands = 0;
      const interrupted = interposed(redis, async () => {
        if (commands++ === at) await unblockUsers(redis, 'demo', 'alice', ['bob']);
      });
      await blockUsers(interrupted, 'demo', 'alice', ['bob']);
      const blocks = (await listBlocked(redis, 'demo', 'alice')).includes('bob');
      expect([await relations('alice'), await relations('bob')]).toEqual(blocks ? [['bob'], ['alice']] : [[], []]);
    }
  });
});
