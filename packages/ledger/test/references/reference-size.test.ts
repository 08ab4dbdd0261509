import { newEventKey } from '@fanfare/core';
import { startTestRedis, type TestRedis, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { pageLogged, recordChange, recordLogged, recordMessages, recordReactions } from '../../src/index.ts';
import { APP, HOUR, NOW } from '../support/events.ts';

/** Four of an app's buckets each: of a few thousand a day and app, every one costs its share of them. */
const MANY = 16_384;

/** Bytes of server memory per entry: keys, values and overhead. */
async function bytesEach({ redis }: TestRedis, write: (i: number) => Promise<void>): Promise<number> {
  const before = await usedMemory(redis);
  for (let i = 0; i < MANY; i += 64) await Promise.all(Array.from({ length: 64 }, (_, j) => write(i + j)));
  return ((await usedMemory(redis)) - before) / MANY;
}

const ref = (i: number) => ({ key: newEventKey(NOW + Math.floor(i / 10), () => (i + 0.5) / 36 ** 9), shard: 0 });
const id = (i: number) => String(1_000_000_000 + i);
const conversation = { type: 'user', id: 'customer-00001' } as const;

test.each([
  ['a message', 130, (i: number) => ({ messageId: id(i), author: 'customer-00002', conversation, ref: ref(i) })],
  [
    'a reply',
    145,
    (i: number) => ({ messageId: id(i), author: 'customer-00002', conversation, ref: ref(i), parentId: id(0) }),
  ],
])('%s takes less than %d bytes', async (_, most, referenceOf) => {
  await using own = await startTestRedis();
  const each = await bytesEach(own, (i) => recordMessages(own.redis, APP, [referenceOf(i)], HOUR));
  expect(each).toBeLessThan(most);
});

test('a reaction takes less than 165 bytes', async () => {
  await using own = await startTestRedis();
  const each = await bytesEach(own, (i) => {
    const reference = { reactionId: id(i), messageId: id(0), reactor: 'customer-00002', author: 'customer-00001' };
    return recordReactions(own.redis, APP, [{ ...reference, conversation, ref: ref(i) }], HOUR);
  });
  expect(each).toBeLessThan(165);
});

test('a changed message takes less than 200 bytes', async () => {
  await using own = await startTestRedis();
  const each = await bytesEach(own, (i) => {
    const message = { id: id(i), category: 'message', type: 'text' } as const;
    const event = {
      id: id(i),
      type: 'message.edited',
      sentAt: NOW,
      sender: { uid: 'a' },
      conversation,
      message,
    } as const;
    return recordChange(own.redis, APP, event, ref(i).key, HOUR);
  });
  expect(each).toBeLessThan(200);
});

test('an event in the log takes less than 45 bytes', async () => {
  await using own = await startTestRedis();
  // The list drops entries whose events are gone, and looks at the first ones.
  await own.redis.mset(Array.from({ length: 64 }, (_, i) => [`{p0}:ev:${ref(i).key}`, '']).flat());
  expect(await bytesEach(own, (i) => recordLogged(own.redis, APP, [ref(i)], HOUR))).toBeLessThan(45);
  const { refs } = await pageLogged(own.redis, APP, 1, { limit: MANY + 1, order: 'append' });
  expect(refs).toHaveLength(MANY);
});
