import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { script } from '../src/index.ts';

test('a script runs on a server that has never seen it, and is sent as a whole only then', async () => {
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

test('many runs of a script are answered in order, also if the server learns it half-way', async () => {
  await using own = await startTestRedis();
  const add = script<number>("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  const calls = Array.from({ length: 2500 }, (_, i) => ({ keys: [`n${i % 3}`], args: [1] }));
  const sums = await add.each(own.redis, calls);
  expect(sums).toEqual(calls.map((_, i) => Math.floor(i / 3) + 1));
  await own.redis.script('FLUSH');
  expect(await add.each(own.redis, calls.slice(0, 3))).toEqual([835, 834, 834]);
});
