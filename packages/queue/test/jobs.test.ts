import { shardTag } from '@fanfare/redis';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DeliveryJob, EventJob, inWords, Producer } from '../src/index.ts';

const ref = { key: 'em5x8k2a0000001', shard: 2 };

/** The stored data of the only job of this queue. */
async function stored(queue: string, add: (producer: Producer) => Promise<unknown>): Promise<string | null> {
  await using own = await startTestRedis();
  await add(new Producer(own.redis));
  const [key = ''] = await own.redis.keys(`${shardTag(2)}:${queue}:${ref.key}*`);
  return own.redis.hget(key, 'data');
}

test.each<[string, DeliveryJob, string]>([
  ['one delivery', { eventKey: ref.key, slice: 0, ordinal: 3 }, '{"e":"em5x8k2a0000001","s":0,"o":3}'],
  [
    'a pack',
    { eventKey: ref.key, slice: 2, ordinal: 700, count: 100 },
    '{"e":"em5x8k2a0000001","s":2,"o":700,"c":100}',
  ],
  [
    'a delivery that left its pack',
    { eventKey: ref.key, slice: 2, ordinal: 701, attempts: 1, addedAgain: true },
    '{"e":"em5x8k2a0000001","s":2,"o":701,"a":1,"r":1}',
  ],
  [
    'a replayed delivery',
    {
      eventKey: ref.key,
      slice: 0,
      ordinal: 7,
      addedAgain: true,
      deadlineAt: 1_741_847_453_000,
      holdUntil: 1_741_847_454_000,
      settingsVersion: 4,
    },
    '{"e":"em5x8k2a0000001","s":0,"o":7,"r":1,"x":1741847453000,"h":1741847454000,"v":4}',
  ],
  [
    'a traced pack',
    { eventKey: ref.key, slice: 0, ordinal: 0, count: 3, traceparent: '00-ab-cd-01' },
    '{"e":"em5x8k2a0000001","s":0,"o":0,"c":3,"t":"00-ab-cd-01"}',
  ],
])('the job of %s is stored under single letters, and read back as it was', async (_, job, text) => {
  const data = await stored('deliveries-custom-chat', (to) => to.addDeliveries(ref.shard, 'custom', 'chat', [job]));
  expect(data).toBe(text);
  expect(DeliveryJob.parse(JSON.parse(text))).toEqual(job);
});

test('a job from before there were packs is read as one delivery, without the target it carries', () => {
  const before = { e: ref.key, o: 7, u: 'bob', d: 'd1', n: 3, r: 1, x: 1, h: 2, v: 4 };
  expect(DeliveryJob.parse(before)).toEqual({
    eventKey: ref.key,
    ordinal: 7,
    addedAgain: true,
    deadlineAt: 1,
    holdUntil: 2,
    settingsVersion: 4,
  });
});

test('the job of an event is stored under a single letter, and read back unchanged', async () => {
  const data = await stored('events-chat', (to) => to.addEvents(ref.shard, 'chat', [ref]));
  expect(data).toBe('{"e":"em5x8k2a0000001"}');
  expect(EventJob.parse(JSON.parse(data ?? ''))).toEqual({ eventKey: ref.key });
});

test.each([0, -1, 1.5, '3'])('a job of %j deliveries is refused', (c) => {
  expect(DeliveryJob.safeParse({ e: ref.key, s: 0, o: 0, c }).success).toBe(false);
});

test('a stored job is displayed with the field names of handlers', () => {
  expect(
    inWords({ e: ref.key, s: 1, o: 7, c: 100, a: 2, r: 1, x: 1, h: 2, v: 3, t: '00-ab', u: 'bob', d: 'd1', n: 0 }),
  ).toEqual({
    eventKey: ref.key,
    slice: 1,
    ordinal: 7,
    count: 100,
    attempts: 2,
    addedAgain: 1,
    deadlineAt: 1,
    holdUntil: 2,
    settingsVersion: 3,
    traceparent: '00-ab',
    uid: 'bob',
    deviceId: 'd1',
    unread: 0,
  });
});

test('anything but a job is displayed unchanged', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), (it) => expect(inWords(it)).toBe(it)));
  expect(inWords({ constructor: 1, other: 2 })).toEqual({ constructor: 1, other: 2 });
});
