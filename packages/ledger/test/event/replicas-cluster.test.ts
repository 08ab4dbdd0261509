import { connectRedis } from '@fanfare/redis';
import { startTestCluster } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { acceptEvents, Replicas } from '../../src/index.ts';
import { accepted } from '../support/events.ts';

test('on a cluster each primary waits for its own replica', async () => {
  await using cluster = await startTestCluster({ replicas: 1 });
  const redis = await connectRedis(cluster.url, 'request', () => {});
  const errors: string[] = [];
  const replicas = new Replicas({ redis, needed: 1, now: Date.now, onError: ({ message }) => errors.push(message) });
  const events = Array.from({ length: 40 }, (_, i) => accepted({ id: `e${i}`, to: `user-${i}` }));
  const answers = await acceptEvents(
    redis,
    events.map((one) => ({ accepted: one })),
    6,
  );
  const stored = events.map(({ appId, event }, i) => {
    const ref = answers[i];
    if (ref === undefined || ref instanceof Error) throw ref;
    return { appId, eventId: event.id, ref };
  });
  const confirmed = await replicas.confirm(stored);
  expect(errors).toEqual([]);
  expect(confirmed).toEqual(stored.map(() => true));
  replicas.close();
  redis.disconnect();
}, 60_000);
