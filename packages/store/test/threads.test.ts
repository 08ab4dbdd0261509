import { describe, expect, test } from '@jest/globals';
import { followersAmong, subscribeToThread, unsubscribeFromThread } from '../src/index.ts';
import { everything, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();

const NOW = 1_741_847_453_000;
const DAY_S = 24 * 3600;
const subscribe = (messageId: string, uids: string[], now = NOW) =>
  subscribeToThread(redis, 'demo', messageId, uids, now);
const followers = async (messageId: string, uids = ['alice', 'bob', 'carol']) =>
  [...(await followersAmong(redis, 'demo', messageId, uids))].sort();

describe('a thread', () => {
  test('is followed by who subscribed, however often', async () => {
    await subscribe('101', ['bob', 'alice']);
    await subscribe('101', ['bob']);
    await subscribe('101', []);
    expect(await followers('101')).toEqual(['alice', 'bob']);
    expect(await followers('101', ['carol', 'bob'])).toEqual(['bob']);
    expect(await followers('101', [])).toEqual([]);
  });

  test('is one message’s of one app', async () => {
    await subscribe('101', ['bob']);
    expect(await followers('102')).toEqual([]);
    expect(await followersAmong(redis, 'other', '101', ['bob'])).toEqual(new Set());
  });

  test('is left by who unsubscribes, and can be joined again', async () => {
    await subscribe('101', ['alice', 'bob']);
    await unsubscribeFromThread(redis, 'demo', '101', 'bob');
    await unsubscribeFromThread(redis, 'demo', '101', 'carol');
    expect(await followers('101')).toEqual(['alice']);
    await subscribe('101', ['bob'], NOW + 1);
    expect(await followers('101')).toEqual(['alice', 'bob']);
  });

  test('is forgotten 180 days after the last subscription', async () => {
    await subscribe('101', ['alice']);
    await redis.expire('thread:{demo:101}', 5);
    await subscribe('101', ['alice'], NOW + 1);
    const ttl = await redis.ttl('thread:{demo:101}');
    expect(ttl).toBeGreaterThan(179 * DAY_S);
    expect(ttl).toBeLessThanOrEqual(180 * DAY_S);
  });
});

describe('a person who follows 10,000 threads', () => {
  /** As if subscribed one after the other, the first at NOW. */
  async function follow(count: number): Promise<void> {
    const pipeline = redis.pipeline();
    for (let i = 0; i < count; i++)
      pipeline.zadd('threads:{demo:bob}', NOW + i, `m-${i}`).sadd(`thread:{demo:m-${i}}`, 'bob');
    await pipeline.exec();
  }

  test('stops following the first of them with one more', async () => {
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
    expect(Object.keys(await everything(redis))).toHaveLength(10_001);
  });
});
