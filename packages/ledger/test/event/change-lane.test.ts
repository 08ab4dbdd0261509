import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { changeLane, readEvent } from '../../src/index.ts';
import { stored } from '../support/events.ts';

test('an event changes its lane once, though ten workers attempt it at once', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis, { lane: 'chat' });
  const answers = await Promise.all(Array.from({ length: 10 }, () => changeLane(own.redis, ref, 'chat', 'bulk')));
  expect(answers.filter(Boolean)).toHaveLength(1);
  expect((await readEvent(own.redis, ref))?.lane).toBe('bulk');
});

test('an event in another lane stays there, and an expired one leaves no key behind', async () => {
  await using own = await startTestRedis();
  const gone = { key: 'em5x8k2a0zzzzzz', shard: 0 };
  expect(await changeLane(own.redis, gone, 'chat', 'bulk')).toBeUndefined();
  expect(await own.redis.keys('*')).toEqual([]);
  const call = await stored(own.redis, { lane: 'call' });
  expect(await changeLane(own.redis, call, 'chat', 'bulk')).toBeUndefined();
  expect((await readEvent(own.redis, call))?.lane).toBe('call');
});
