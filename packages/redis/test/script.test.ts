import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { script } from '../src/index.ts';
import { startSharded } from './support/sharded.ts';

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

test.each([
  ['any keys to a script', startTestRedis],
  ['a script keys of one slot only', startSharded],
])(
  'on a server that allows %s, runs together are answered in order, with nothing among the answers',
  async (_, start) => {
    await using own = await start();
    const next = script<[number, string] | null>(`
    local count = redis.call('INCR', KEYS[1])
    if count % 2 == 0 then return nil end
    return {count, ARGV[2] or 'none'}`);
    const calls = Array.from({ length: 333 }, (_, i) => ({
      keys: [`n${i % 3}`],
      args: i % 5 === 0 ? [] : ['x', Buffer.from('bytes')],
    }));
    const counts = calls.map((_, i) => Math.floor(i / 3) + 1);
    expect(await next.together(own.redis, calls)).toEqual(
      counts.map((count, i) => (count % 2 === 0 ? null : [count, i % 5 === 0 ? 'none' : 'bytes'])),
    );
    expect(await next.together(own.redis, [])).toEqual([]);
  },
);
