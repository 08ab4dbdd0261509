import type { AcceptedEvent } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  type Acceptance,
  acceptEvent,
  acceptEvents,
  findMessages,
  pageIndexed,
  pageLogged,
  readCursor,
  readEvent,
  readOpenUsage,
} from '../../src/index.ts';
import { APP, accepted, NOW } from '../support/events.ts';

const ids = (count: number, over: Parameters<typeof accepted>[0] = {}) =>
  Array.from({ length: count }, (_, n) => accepted({ id: `msg-${n}`, ...over }));
const message = { category: 'message', type: 'text', text: '“ñ”\nß' } as const;
const offered = (events: readonly AcceptedEvent[]) => events.map((event) => ({ accepted: event }));

/** Every key and its value, as the server shows them. */
async function contentOf(redis: Redis): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for (const key of (await redis.keys('*')).sort()) {
    const read = {
      string: () => redis.get(key),
      hash: () => redis.hgetall(key),
      set: () => redis.smembers(key),
      zset: () => redis.zrange(key, '0', '-1', 'WITHSCORES'),
    }[(await redis.type(key)) as 'string' | 'hash' | 'set' | 'zset'];
    content[key] = await read();
  }
  return content;
}

test('events of several apps and lanes are stored as if each had been accepted alone', async () => {
  await using together = await startTestRedis();
  await using alone = await startTestRedis();
  const events = [
    ...ids(150),
    ...ids(90, { appId: 'bank', lane: 'bulk' }),
    ...ids(3, { lane: 'call' }).map((event) => ({ ...event, event: { ...event.event, id: `call-${event.event.id}` } })),
  ];
  const answers = await acceptEvents(together.redis, offered(events), 1);
  const each = [];
  for (const event of events) each.push(await acceptEvent(alone.redis, event, { shards: 1 }));
  expect(answers).toEqual(each);
  expect(await contentOf(together.redis)).toEqual(await contentOf(alone.redis));
});

test('an app is given its places once, and what is beyond them waits', async () => {
  await using own = await startTestRedis();
  const answers = (await acceptEvents(own.redis, offered(ids(150)), 1)) as Acceptance[];
  expect(answers.map(({ queueIn }) => queueIn)).toEqual([
    ...new Array<string>(64).fill('chat'),
    ...new Array<undefined>(86).fill(undefined),
  ]);
  expect(await readCursor(own.redis, answers[63] as Acceptance)).toMatchObject({ admission: 'admitted' });
  expect(await readCursor(own.redis, answers[64] as Acceptance)).toMatchObject({ admission: 'waiting' });
  expect(await readOpenUsage(own.redis, APP, 1)).toMatchObject({ others: { count: 150 } });
});

test('events are listed with their acceptance, once, in the order of their keys', async () => {
  await using own = await startTestRedis();
  const events = ids(300);
  await acceptEvents(own.redis, offered(events.slice(100, 200)), 1);
  await acceptEvents(own.redis, offered(events), 1);
  await acceptEvents(own.redis, offered(ids(2, { appId: 'bank' })), 1);
  const { refs } = await pageIndexed(own.redis, APP, 1, { limit: 999, order: 'append' });
  expect(refs.map(({ key }) => key)).toEqual(events.map(({ key }) => key));
  expect(await pageLogged(own.redis, APP, 1, { limit: 9, order: 'append' })).toEqual({ refs: [] });
});

test('messages are stored with their authors and conversations, under the key that was accepted first', async () => {
  await using own = await startTestRedis();
  const messageIds = Array.from({ length: 130 }, (_, n) => `ü\n${n}`);
  const events = () =>
    messageIds.map((id, n) => {
      const { event, ...rest } = accepted({ id: `msg-${n}`, to: `user-${n}` });
      return { ...rest, event: { ...event, message: { ...message, id } } } as AcceptedEvent;
    });
  const first = (await acceptEvents(own.redis, offered(events().slice(0, 40)), 1)) as Acceptance[];
  // An older version that was cut off.
  for (const bucket of await own.redis.keys('msg:*')) await own.redis.del(bucket);
  const answers = (await acceptEvents(own.redis, offered(events()), 1)) as Acceptance[];
  expect(answers.slice(0, 40).map(({ key }) => key)).toEqual(first.map(({ key }) => key));
  expect(await findMessages(own.redis, APP, messageIds, NOW)).toEqual(
    messageIds.map((messageId, n) => ({
      messageId,
      author: 'ann',
      conversation: { type: 'user', id: `user-${n}` },
      ref: { key: answers[n]?.key, shard: 0 },
    })),
  );
});

test('an event whose place cannot be read fails alone', async () => {
  await using own = await startTestRedis();
  const [broken, good] = [accepted({ id: 'msg-1' }), accepted({ id: 'msg-2', appId: 'bank' })];
  await acceptEvents(own.redis, offered([broken]), 4);
  const [bucket] = await own.redis.keys(`loc:{${APP}*`);
  await own.redis.set(bucket as string, 'not a bucket');
  const answers = await acceptEvents(own.redis, offered([broken, good]), 4);
  expect(answers).toEqual([expect.any(Error), expect.objectContaining({ key: good.key })]);
});

test('the same id twice in one batch is one event and a duplicate of it', async () => {
  await using own = await startTestRedis();
  const [first, again, other] = [accepted(), accepted({ to: 'carl' }), accepted({ id: 'msg-2' })];
  expect(await acceptEvents(own.redis, offered([first, again, other]), 1)).toMatchObject([
    { key: first.key, duplicate: false },
    { key: first.key, duplicate: true },
    { key: other.key, duplicate: false },
  ]);
  expect(await readEvent(own.redis, { key: first.key, shard: 0 })).toEqual(first);
});

test('an event whose key is taken spoils none of the others', async () => {
  await using own = await startTestRedis();
  const first = accepted({ id: 'a' });
  await acceptEvent(own.redis, first, { shards: 1 });
  const before = accepted({ id: 'b' });
  const [taken, same, after] = [
    accepted({ id: 'c', key: first.key }),
    accepted({ id: 'e', key: before.key }),
    accepted({ id: 'd', appId: 'bank' }),
  ];
  const refused = expect.objectContaining({ message: 'the event key is taken' });
  expect(await acceptEvents(own.redis, offered([before, taken, same, after]), 1)).toMatchObject([
    { key: before.key, duplicate: false },
    refused,
    refused,
    { key: after.key, duplicate: false },
  ]);
  expect(await acceptEvent(own.redis, accepted({ id: 'c' }), { shards: 1 })).toMatchObject({ duplicate: false });
});

test('an event that the server refuses spoils none on other shards', async () => {
  await using own = await startTestRedis();
  const from = (prefix: string) =>
    ids(40).map((one, n) => ({ ...one, event: { ...one.event, id: `${prefix}-${n}`, sender: { uid: `user-${n}` } } }));
  // The second events are of the same conversations, so on the same shards.
  const before = (await acceptEvents(own.redis, offered(from('before')), 4)) as Acceptance[];
  const shards = before.map(({ shard }) => shard);
  // A key of the wrong type, as a bug would leave it.
  await own.redis.set(`${shardTag(1)}:open:chat`, 'broken');
  const answers = await acceptEvents(own.redis, offered(from('after')), 4);
  expect(answers.map((answer) => answer instanceof Error)).toEqual(shards.map((shard) => shard === 1));
  expect(new Set(shards).size).toBe(4);
});
