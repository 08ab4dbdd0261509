import { beforeEach, describe, expect, test } from '@jest/globals';
import { followersAmong, hasLeftThread, subscribeToThread, unsubscribeFromThread } from '../src/index.ts';
import { createUsers, everything, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

const NOW = 1_741_847_453_000;
const DAY_S = 24 * 3600;
const subscribe = (messageId: string, uids: string[], now = NOW) =>
  subscribeToThread(redis, 'demo', messageId, uids, now);
const unsubscribe = (messageId: string, uid: string, now = NOW) =>
  unsubscribeFromThread(redis, 'demo', messageId, uid, now);
const hasLeft = (messageId: string, uid: string) => hasLeftThread(redis, 'demo', messageId, uid);
const followers = async (messageId: string, uids = ['alice', 'bob', 'carol']) =>
  [...(await followersAmong(redis, 'demo', messageId, uids))].sort();

beforeEach(() => createUsers(redis, 'demo', ['alice', 'bob', 'carol'], NOW));

describe('a thread', () => {
  test('is followed by its subscribers, however often they subscribe', async () => {
    await subscribe('101', ['bob', 'alice']);
    await subscribe('101', ['bob']);
    await subscribe('101', []);
    expect(await followers('101')).toEqual(['alice', 'bob']);
    expect(await followers('101', ['carol', 'bob'])).toEqual(['bob']);
    expect(await followers('101', [])).toEqual([]);
  });

  test('belongs to one message of one app', async () => {
    await subscribe('101', ['bob']);
    expect(await followers('102')).toEqual([]);
    expect(await followersAmong(redis, 'other', '101', ['bob'])).toEqual(new Set());
  });

  test('is left by unsubscribing, and can be joined again', async () => {
    await subscribe('101', ['alice', 'bob']);
    await unsubscribe('101', 'bob');
    await unsubscribe('101', 'carol');
    expect(await followers('101')).toEqual(['alice']);
    await subscribe('101', ['bob'], NOW + 1);
    expect(await followers('101')).toEqual(['alice', 'bob']);
  });

  test('remembers users who left, until they return, even if it had no followers yet', async () => {
    await unsubscribe('101', 'alice');
    expect([await hasLeft('101', 'alice'), await hasLeft('101', 'bob'), await hasLeft('102', 'alice')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await followers('101')).toEqual([]);
    expect(await redis.ttl('thread:{demo:101}')).toBeGreaterThan(179 * DAY_S);
    await subscribe('101', ['alice', 'bob']);
    expect([await hasLeft('101', 'alice'), await followers('101')]).toEqual([false, ['alice', 'bob']]);
  });

  test('is not followed by unknown users, and stores nothing about them', async () => {
    const before = await everything(redis);
    await subscribe('101', ['ghost-1', 'ghost-2']);
    await unsubscribe('101', 'ghost-1');
    expect(await everything(redis)).toEqual(before);
    await subscribe('101', ['ghost-1', 'bob']);
    expect(await followers('101', ['ghost-1', 'bob'])).toEqual(['bob']);
  });

  test('is followed by thousands of known users', async () => {
    const uids = uidsOf(2500);
    await createUsers(redis, 'demo', uids, NOW);
    await subscribe('101', ['ghost', ...uids]);
    expect(await followers('101', ['ghost', ...uids])).toEqual(uids);
  });

  test('is deleted 180 days after the last subscription', async () => {
    await subscribe('101', ['alice']);
    await redis.expire('thread:{demo:101}', 5);
    await subscribe('101', ['alice'], NOW + 1);
    const ttl = await redis.ttl('thread:{demo:101}');
    expect(ttl).toBeGreaterThan(179 * DAY_S);
    expect(ttl).toBeLessThanOrEqual(180 * DAY_S);
  });
});

describe('a user who follows 10,000 threads', () => {
  /** As if subscribed one after the other, the first at NOW. */
  async function follow(count: number): Promise<void> {
    const pipeline = redis.pipeline();
    for (let i = 0; i < count; i++)
      pipeline.zadd('threads:{demo:bob}', NOW + i, `m-${i}`).sadd(`thread:{demo:m-${i}}`, 'bob');
    await pipeline.exec();
  }

  test('unfollows the oldest when following one more', async () => {
    await follow(10_000);
    await subscribe('new', ['bob', 'carol'], NOW + 10_000);
    expect(await followers('m-0')).toEqual([]);
    expect(await followers('m-1')).toEqual(['bob']);
    expect(await followers('new')).toEqual(['bob', 'carol']);
    expect(await redis.zcard('threads:{demo:bob}')).toBe(10_000);
  });

  test('keeps them all when following one of them again, which is then the newest', async () => {
    await follow(10_000);
    await subscribe('m-0', ['bob'], NOW + 10_000);
    await subscribe('new', ['bob'], NOW + 10_001);
    expect(await followers('m-0')).toEqual(['bob']);
    expect(await followers('m-1')).toEqual([]);
    // Three users and their count, bob’s list, and a thread for each message he follows.
    expect(await redis.dbsize()).toBe(3 + 1 + 1 + 10_000);
  });
});
