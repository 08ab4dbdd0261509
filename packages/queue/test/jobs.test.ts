import type { PlannedDelivery } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DeliveryJob, deliveryJob, EventJob, inWords, Producer } from '../src/index.ts';

const ref = { key: 'em5x8k2a0000001', shard: 2 };

/** The stored data of the only job of this queue. */
async function stored(queue: string, add: (producer: Producer) => Promise<void>): Promise<string | null> {
  await using own = await startTestRedis();
  await add(new Producer(own.redis));
  const [key = ''] = await own.redis.keys(`{p2}:${queue}:${ref.key}*`);
  return own.redis.hget(key, 'data');
}

test.each<[string, PlannedDelivery, Parameters<typeof deliveryJob>[2], string]>([
  ['the webhook', { ordinal: 0, uid: 'bob', provider: 'custom' }, {}, '{"e":"em5x8k2a0000001","o":0,"u":"bob"}'],
  [
    'a device, with the number of unread messages',
    { ordinal: 7, uid: 'bob', provider: 'custom', deviceId: 'd1', unread: 3 },
    {},
    '{"e":"em5x8k2a0000001","o":7,"u":"bob","d":"d1","n":3}',
  ],
  [
    'a device, replayed, with nothing unread',
    { ordinal: 7, uid: 'bob', provider: 'custom', deviceId: 'd1', unread: 0 },
    { addedAgain: true, deadlineAt: 1_741_847_453_000, holdUntil: 1_741_847_454_000, settingsVersion: 4 },
    '{"e":"em5x8k2a0000001","o":7,"u":"bob","d":"d1","n":0,"r":1,"x":1741847453000,"h":1741847454000,"v":4}',
  ],
])(
  'the job of a delivery to %s is stored under single letters, and read back as it was',
  async (_, delivery, marks, text) => {
    const job = deliveryJob(ref, delivery, marks);
    const data = await stored('deliveries-custom-chat', (to) => to.addDeliveries(ref.shard, 'custom', 'chat', [job]));
    expect(data).toBe(text);
    expect(DeliveryJob.parse(JSON.parse(text))).toEqual(job);
  },
);

test('the job of an event is stored under a single letter, and read back unchanged', async () => {
  const data = await stored('events-chat', (to) => to.addEvents(ref.shard, 'chat', [ref.key]));
  expect(data).toBe('{"e":"em5x8k2a0000001"}');
  expect(EventJob.parse(JSON.parse(data ?? ''))).toEqual({ eventKey: ref.key });
});

test.each([-1, 1.5, '3'])('a job with %j unread messages is refused', (n) => {
  expect(DeliveryJob.safeParse({ e: ref.key, o: 0, u: 'bob', n }).success).toBe(false);
});

test('a stored job is displayed with the field names of handlers', () => {
  expect(inWords({ e: ref.key, o: 7, u: 'bob', d: 'd1', n: 0, r: 1, x: 1, h: 2, v: 3 })).toEqual({
    eventKey: ref.key,
    ordinal: 7,
    uid: 'bob',
    deviceId: 'd1',
    unread: 0,
    addedAgain: 1,
    deadlineAt: 1,
    holdUntil: 2,
    settingsVersion: 3,
  });
});

test('anything but a job is displayed unchanged', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), (it) => expect(inWords(it)).toBe(it)));
  expect(inWords({ constructor: 1, other: 2 })).toEqual({ constructor: 1, other: 2 });
});
