import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { acceptEvent } from '../src/index.ts';
import { accepted, becomes, countsOf, planned, settleAll, users } from './support/events.ts';

test('acknowledged writes survive a crash of Redis, and work goes on', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(2));
  await settleAll(own.redis, ref, [becomes(0, 'accepted')]);
  await own.server.kill();
  await own.server.start();
  expect(await settleAll(own.redis, ref, [becomes(0, 'expired'), becomes(1, 'rejected')])).toEqual([
    'accepted',
    'pending',
  ]);
  expect(await countsOf(own.redis, ref)).toEqual({ audience: 2, planned: 2, accepted: 1, rejected: 1 });
  expect(await acceptEvent(own.redis, accepted(), { shards: 1 })).toMatchObject({ duplicate: true });
});
