import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { acceptEvent } from '../src/index.ts';
import { script } from '../src/script.ts';
import { accepted, becomes, countsOf, people, planned, settleAll } from './support/events.ts';

test('a script runs on a server that has never seen it, and is sent whole only then', async () => {
  await using own = await startTestRedis();
  const add = script<number>("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  for (const sum of [5, 10, 15]) expect(await add(own.redis, ['n'], [5])).toBe(sum);
  const stats = await own.redis.info('commandstats');
  expect(/cmdstat_eval:calls=(\d+)/.exec(stats)?.[1]).toBe('1');
});

test('a script that fails says why', async () => {
  await using own = await startTestRedis();
  const wrong = script<number>("return redis.call('INCRBY', KEYS[1], 'x')");
  await expect(wrong(own.redis, ['n'], [])).rejects.toThrow('not an integer');
});

test('what was written and answered is there after a crash of Redis, and work goes on', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, people(2));
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
