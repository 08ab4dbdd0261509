import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { commandEach } from '../src/index.ts';

const KEYS = Array.from({ length: 2500 }, (_, i) => `user:{demo:u${i}}`);

test('one command per item is answered in the order of any number of items', async () => {
  await using own = await startTestRedis();
  const set = (keys: readonly string[]) => commandEach(own.redis, keys, (commands, key) => commands.set(key, key));
  await set(KEYS);
  expect(await commandEach(own.redis, KEYS, (commands, key) => commands.get(key))).toEqual(KEYS);
  expect(await set([])).toEqual([]);
});

test('a command that Redis refuses is thrown', async () => {
  await using own = await startTestRedis();
  await own.redis.set('text', 'x');
  const push = commandEach(own.redis, ['text'], (commands, key) => commands.lpush(key, 'y'));
  await expect(push).rejects.toThrow('WRONGTYPE');
});
