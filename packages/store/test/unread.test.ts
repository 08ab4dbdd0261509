import { describe, expect, test } from '@jest/globals';
import { clearUnread, countUnread, readUnread, readUnreadOf } from '../src/index.ts';
import { everything, privateRedis, uidsOf } from './private-redis.ts';

const { redis } = await privateRedis();

const DAY_S = 24 * 3600;
const count = (eventKey: string, uids = ['bob'], conversationId = 'alice_user_bob') =>
  countUnread(redis, 'demo', { conversationId, eventKey }, uids);
const clear = (conversationId = 'alice_user_bob', eventKey?: string) =>
  clearUnread(redis, 'demo', 'bob', { conversationId, eventKey });

describe('the unread count', () => {
  test('is kept per user, over all conversations', async () => {
    expect(await count('e1', ['bob', 'carol'])).toEqual([1, 1]);
    expect(await count('e2', ['bob'], 'group_hiking')).toEqual([2]);
    expect(await count('e3', ['carol', 'dave', 'bob'])).toEqual([2, 1, 3]);
    expect(await count('e4', [])).toEqual([]);
    expect(await readUnread(redis, 'demo', 'bob')).toBe(3);
    expect(await readUnreadOf(redis, 'demo', ['stranger', 'bob', 'carol'])).toEqual([0, 3, 2]);
    expect(await readUnread(redis, 'other', 'bob')).toBe(0);
  });

  test('counts an event once, however often it is repeated', async () => {
    await count('e1');
    expect(await count('e1', ['carol', 'bob', 'bob'])).toEqual([1, 1, 1]);
    expect(await count('e2')).toEqual([2]);
    expect(await count('e1')).toEqual([2]);
  });

  test('counts an event once even with fifteen events in between', async () => {
    for (let i = 1; i <= 16; i++) await count(`e${i}`);
    expect(await count('e1')).toEqual([16]);
  });

  test('counts an event once even if two workers count it concurrently', async () => {
    await Promise.all(Array.from({ length: 10 }, () => count('e1')));
    expect(await readUnread(redis, 'demo', 'bob')).toBe(1);
  });

  test('of one conversation is cleared without the others', async () => {
    await count('e1');
    await count('e2');
    await count('e3', ['bob'], 'group_hiking');
    expect(await clear()).toBe(1);
    expect(await clear()).toBe(1);
    expect(await clear('group_hiking')).toBe(0);
    expect(await count('e4')).toEqual([1]);
  });

  test('does not count an event again that was read', async () => {
    await count('e1');
    await clear();
    expect(await count('e1')).toEqual([0]);
  });

  test('does not count an event that was read first, and counts others', async () => {
    expect(await clear('group_hiking', 'e1')).toBe(0);
    expect(await count('e1', ['bob', 'carol'], 'group_hiking')).toEqual([0, 1]);
    expect(await count('e2', ['bob'], 'group_hiking')).toEqual([1]);
    expect(await clear('group_hiking', 'e3')).toBe(0);
    expect(await count('e3', ['bob'], 'group_hiking')).toEqual([0]);
  });

  test('counts once, however often one of its messages is read', async () => {
    for (let i = 1; i <= 16; i++) await count(`e${i}`);
    for (let i = 0; i < 20; i++) await clear('alice_user_bob', 'e16');
    expect(await count('e1')).toEqual([0]);
    expect(await count('e17')).toEqual([1]);
  });

  test('stays empty when an unknown user reads an unknown message', async () => {
    expect(await clear()).toBe(0);
    expect(await everything(redis)).toEqual({});
  });

  test('expires after 90 days without a change', async () => {
    const renewed = async (change: () => Promise<unknown>) => {
      await redis.expire('unread:{demo:bob}', 5);
      await change();
      const ttl = await redis.ttl('unread:{demo:bob}');
      return ttl > 89 * DAY_S && ttl <= 90 * DAY_S;
    };
    await count('e1');
    expect(await renewed(() => count('e2'))).toBe(true);
    expect(await renewed(() => clear())).toBe(true);
    expect(await renewed(() => clear('group_hiking', 'e3'))).toBe(true);
  });
});

describe('counting', () => {
  test('works on a server that has lost the script, once for each', async () => {
    await count('e1');
    await redis.script('FLUSH');
    expect(await count('e2', uidsOf(3))).toEqual([1, 1, 1]);
    await redis.script('FLUSH');
    expect(await clear()).toBe(0);
  });

  test('sends the script once, not per user', async () => {
    await count('e0');
    await redis.config('RESETSTAT');
    await count('e1', uidsOf(500));
    const bytes = Number(/total_net_input_bytes:(\d+)/.exec(await redis.info('stats'))?.[1]);
    expect(bytes / 500).toBeLessThan(200);
  });

  test('keeps the hash of a user with a few conversations compact, whatever their ids', async () => {
    // With the server's default configuration, not ours.
    await redis.config('SET', 'hash-max-listpack-value', 64, 'hash-max-listpack-entries', 128);
    const names = ['a', 'b', 'c'].map((letter) => letter.repeat(100));
    for (let i = 0; i < 20; i++) await count(`e${i}`, ['bob'], `${names[i % 3]}_user_bob`);
    expect(await redis.object('ENCODING', 'unread:{demo:bob}')).toBe('listpack');
    expect(await redis.memory('USAGE', 'unread:{demo:bob}')).toBeLessThan(250);
  });
});
