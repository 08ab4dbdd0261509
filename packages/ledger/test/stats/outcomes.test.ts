import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { addOutcomes, eraseOutcomes, type RecentOutcome, readOutcomes } from '../../src/index.ts';
import { APP, NOW } from '../support/events.ts';

const outcome = (i: number): RecentOutcome => ({
  at: NOW + i,
  eventId: `msg-${i}`,
  type: 'message.sent',
  uid: 'bob',
  provider: 'fcm',
  outcome: 'accepted',
  settled: 'accepted',
  attempt: 1,
  durationMs: 40,
  ageMs: 90,
});

test('the tail of an app is read from its end, and continued from a cursor', async () => {
  await using own = await startTestRedis();
  await addOutcomes(own.redis, new Map([[APP, [1, 2, 3].map(outcome)]]));
  const latest = await readOutcomes(own.redis, APP, { limit: 2 });
  expect(latest.map(({ eventId }) => eventId)).toEqual(['msg-2', 'msg-3']);
  const after = latest[1]?.cursor;
  expect(await readOutcomes(own.redis, APP, { after, limit: 9 })).toEqual([]);
  await addOutcomes(own.redis, new Map([[APP, [outcome(4)]]]));
  expect(await readOutcomes(own.redis, APP, { after, limit: 9 })).toEqual([
    { ...outcome(4), cursor: expect.stringMatching(/^\d+-\d+$/) },
  ]);
  expect(await readOutcomes(own.redis, 'bank', { limit: 9 })).toEqual([]);
});

test('an erased user is taken off the tail at once, and what was being sent to them is not added', async () => {
  await using own = await startTestRedis();
  const mixed = [1, 2, 3, 4].map((i) => ({ ...outcome(i), uid: i % 2 ? 'bob' : 'bob "the" builder' }));
  await addOutcomes(own.redis, new Map([[APP, mixed]]));
  await addOutcomes(own.redis, new Map([['bank', [outcome(1)]]]));
  await eraseOutcomes(own.redis, APP, 'bob', true);
  await addOutcomes(own.redis, new Map([[APP, [outcome(5), { ...outcome(6), uid: 'carl' }]]]));
  const left = await readOutcomes(own.redis, APP, { limit: 9 });
  expect(left.map(({ eventId }) => eventId)).toEqual(['msg-2', 'msg-4', 'msg-6']);
  expect(await readOutcomes(own.redis, 'bank', { limit: 9 })).toHaveLength(1);
  await eraseOutcomes(own.redis, 'none', 'bob', true);
  for (const key of await own.redis.keys('outcomes*')) expect(await own.redis.ttl(key)).toBeGreaterThan(3500);
});

test('a user who was erased over an hour ago is forgotten, whether or not others are erased since', async () => {
  await using own = await startTestRedis();
  const key = `outcomes-without:{${APP}}`;
  await eraseOutcomes(own.redis, APP, 'bob', true);
  await own.redis.zadd(key, Math.floor(Date.now() / 1000) - 3601, 'bob');
  await addOutcomes(own.redis, new Map([[APP, [outcome(1)]]]));
  expect(await readOutcomes(own.redis, APP, { limit: 9 })).toHaveLength(1);
  await eraseOutcomes(own.redis, APP, 'carl', true);
  await eraseOutcomes(own.redis, APP, 'never existed', false);
  expect(await own.redis.zrange(key, '0', '-1')).toEqual(['carl']);
});

test('the tail is capped, and expires an hour after the last outcome', async () => {
  await using own = await startTestRedis({ args: ['--appendfsync', 'no'] });
  await addOutcomes(own.redis, new Map([[APP, Array.from({ length: 2000 }, (_, i) => outcome(i))]]));
  const key = `outcomes:{${APP}}`;
  expect(await own.redis.xlen(key)).toBeLessThan(700);
  expect(await own.redis.ttl(key)).toBeGreaterThan(3500);
});
