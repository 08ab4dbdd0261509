import type { PlannedDelivery } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import { DeliveryJob, deliveryJob } from '../src/index.ts';

const ref = { key: 'em5x8k2a0000001', shard: 2 };

test.each<[string, PlannedDelivery, Parameters<typeof deliveryJob>[2], DeliveryJob]>([
  ['the webhook', { ordinal: 0, uid: 'bob', provider: 'custom' }, {}, { e: ref.key, o: 0, u: 'bob' }],
  [
    'a device, with the number of unread messages',
    { ordinal: 7, uid: 'bob', provider: 'fcm', deviceId: 'd1', unread: 3 },
    {},
    { e: ref.key, o: 7, u: 'bob', d: 'd1', n: 3 },
  ],
  [
    'a device that is added again, with nothing unread',
    { ordinal: 7, uid: 'bob', provider: 'apns', deviceId: 'd1', unread: 0 },
    { r: 1, x: 1_741_847_453_000, h: 1_741_847_454_000 },
    { e: ref.key, o: 7, u: 'bob', d: 'd1', n: 0, r: 1, x: 1_741_847_453_000, h: 1_741_847_454_000 },
  ],
])('the job of a delivery to %s holds what it needs, and is taken as it was made', (_, delivery, marks, job) => {
  expect(deliveryJob(ref, delivery, marks)).toEqual(job);
  expect(DeliveryJob.parse(deliveryJob(ref, delivery, marks))).toEqual(job);
});

test.each([-1, 1.5, '3'])('a job with %j unread messages is refused', (n) => {
  expect(DeliveryJob.safeParse({ e: ref.key, o: 0, u: 'bob', n }).success).toBe(false);
});
