import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import {
  findMessage,
  findMessages,
  findReaction,
  type MessageReference,
  type ReactionReference,
  recordMessages,
  recordReactions,
} from '../../src/index.ts';
import { APP, HOUR } from '../support/events.ts';

const ref = { key: 'em5x8k2a0000001', shard: 3 };
const message: MessageReference = { messageId: '101', author: 'ann', conversation: { type: 'user', id: 'bob' }, ref };
const reply: MessageReference = {
  messageId: '102',
  author: 'bob',
  conversation: { type: 'group', id: 'hiking' },
  ref,
  parentId: '101',
};
const reaction: ReactionReference = {
  reactionId: '58',
  messageId: '101',
  reactor: 'bob',
  author: 'ann',
  conversation: { type: 'user', id: 'bob' },
  ref,
};

describe('messages', () => {
  test('are found as they were recorded, by id and in the order asked, and unknown ones are not', async () => {
    await using own = await startTestRedis();
    await recordMessages(own.redis, APP, [message, reply], HOUR);
    expect(await findMessage(own.redis, APP, '101')).toEqual(message);
    expect(await findMessages(own.redis, APP, ['102', '999', '101'])).toEqual([reply, undefined, message]);
    expect(await findMessage(own.redis, APP, '999')).toBeUndefined();
    expect(await findMessages(own.redis, APP, [])).toEqual([]);
  });

  test('of another app are not found', async () => {
    await using own = await startTestRedis();
    await recordMessages(own.redis, 'bank', [message], HOUR);
    expect(await findMessage(own.redis, APP, '101')).toBeUndefined();
  });

  test('keep their first reference, in one call and over several', async () => {
    await using own = await startTestRedis();
    await recordMessages(own.redis, APP, [message, { ...message, author: 'eve' }], HOUR);
    await recordMessages(own.redis, APP, [{ ...message, author: 'mallory' }], HOUR);
    expect(await findMessage(own.redis, APP, '101')).toEqual(message);
  });

  test.each(['a\tb', 'a\nb', '}{', '📣', '\t', 'x:{y}'])('have ids of any kind: %j', async (id) => {
    await using own = await startTestRedis();
    const odd = { ...reply, messageId: id, parentId: id };
    const reacted = { ...reaction, reactionId: id, messageId: id };
    await recordMessages(own.redis, APP, [odd], HOUR);
    await recordReactions(own.redis, APP, [reacted], HOUR);
    expect(await findMessage(own.redis, APP, id)).toEqual(odd);
    expect(await findReaction(own.redis, APP, id)).toEqual(reacted);
  });
});

describe('reactions', () => {
  test('are found as recorded, with or without the message author, and keep their first reference', async () => {
    await using own = await startTestRedis();
    const { author: _, ...rest } = reaction;
    const anonymous = { ...rest, reactionId: '59' };
    await recordReactions(own.redis, APP, [reaction, anonymous, { ...reaction, reactor: 'eve' }], HOUR);
    expect(await findReaction(own.redis, APP, '58')).toEqual(reaction);
    expect(await findReaction(own.redis, APP, '59')).toEqual(anonymous);
    expect(await findReaction(own.redis, APP, '60')).toBeUndefined();
  });
});

test('references expire with their retention: no key lacks a TTL, or has a longer one', async () => {
  await using own = await startTestRedis();
  await recordMessages(own.redis, APP, [message, reply], HOUR);
  await recordReactions(own.redis, APP, [reaction], HOUR);
  const keys = await own.redis.keys('*');
  expect(keys).toHaveLength(3);
  for (const key of keys) {
    const left = await own.redis.pttl(key);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(HOUR);
  }
});
