import { newEventKey } from '@fanfare/core';
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
import { APP, HOUR, NOW } from '../support/events.ts';

const ref = { key: newEventKey(NOW, () => 0.5), shard: 3 };
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

test('a reference is found until its retention is over, and a day later at most', async () => {
  await using own = await startTestRedis();
  const DAY = 24 * HOUR;
  await recordMessages(own.redis, APP, [message, reply], 7 * DAY);
  await recordReactions(own.redis, APP, [reaction], 7 * DAY);
  expect(await findMessage(own.redis, APP, '101', NOW + 7 * DAY)).toEqual(message);
  expect(await findMessage(own.redis, APP, '101', NOW - DAY)).toEqual(message);
  expect(await findReaction(own.redis, APP, '58', NOW + 7 * DAY)).toEqual(reaction);
  for (const key of await own.redis.keys('*')) {
    const left = await own.redis.pttl(key);
    expect(left).toBeGreaterThan(7 * DAY - 60_000);
    expect(left).toBeLessThanOrEqual(8 * DAY);
  }
});

test('what the version before has recorded is found', async () => {
  await using own = await startTestRedis();
  await own.redis.set(`msg:{${APP}:102}`, 'em5x8k2a0000000001\t3\tghiking\tbob\t101', 'PX', HOUR);
  await own.redis.set(`rx:{${APP}:58}`, 'em5x8k2a0000000001\t3\tubob\tbob\tann\t101', 'PX', HOUR);
  const old = { key: 'em5x8k2a0000000001', shard: 3 };
  expect(await findMessage(own.redis, APP, '102')).toEqual({ ...reply, ref: old });
  expect(await findReaction(own.redis, APP, '58')).toEqual({ ...reaction, ref: old });
});
