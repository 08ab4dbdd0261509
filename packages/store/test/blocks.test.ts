import { FanfareError } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { blockUsers, listBlocked, readBlockRelations, unblockUsers } from '../src/index.ts';
import { everything, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

const relations = async (uid: string) => [...(await readBlockRelations(redis, 'demo', uid))].sort();

describe('a block', () => {
  test('holds for both, whoever of them blocked', async () => {
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
    expect(await readBlockRelations(redis, 'other', 'bob')).toEqual(new Set());
  });

  test('is listed, sorted, for who made it only', async () => {
    await blockUsers(redis, 'demo', 'alice', ['carol', 'bob']);
    expect(await listBlocked(redis, 'demo', 'alice')).toEqual(['bob', 'carol']);
    expect(await listBlocked(redis, 'demo', 'bob')).toEqual([]);
  });

  test('of more than 10,000 people is refused whole; one that is there already does not count', async () => {
    for (let i = 0; i < 10; i++) await blockUsers(redis, 'demo', 'alice', uidsOf(1000, `group-${i}`));
    await blockUsers(redis, 'demo', 'alice', uidsOf(1000, 'group-0'));
    const refused = blockUsers(redis, 'demo', 'alice', ['bob']);
    await expect(refused).rejects.toThrow(FanfareError);
    await expect(refused).rejects.toThrow(/^blockedUids: /);
    expect(await relations('bob')).toEqual([]);
    expect(await relations('alice')).toHaveLength(10_000);
  });

  test('ends for both when it is taken back, and leaves nothing', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob', 'carol']);
    await unblockUsers(redis, 'demo', 'alice', ['bob']);
    expect([await relations('alice'), await relations('bob')]).toEqual([['carol'], []]);
    await unblockUsers(redis, 'demo', 'alice', ['carol']);
    expect(await everything(redis)).toEqual({});
  });

  test('cannot be taken back by the one who is blocked', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob']);
    await unblockUsers(redis, 'demo', 'bob', ['alice']);
    expect([await relations('alice'), await relations('bob')]).toEqual([['bob'], ['alice']]);
  });

  test('from both sides ends only when both have taken it back', async () => {
    await blockUsers(redis, 'demo', 'alice', ['bob']);
    await blockUsers(redis, 'demo', 'bob', ['alice']);
    await unblockUsers(redis, 'demo', 'alice', ['bob']);
    expect([await relations('alice'), await relations('bob')]).toEqual([['bob'], ['alice']]);
    await unblockUsers(redis, 'demo', 'bob', ['alice']);
    expect([await relations('alice'), await relations('bob')]).toEqual([[], []]);
  });
});
