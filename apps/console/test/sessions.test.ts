import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Sessions } from '../src/login/sessions.ts';

const TWELVE_HOURS_S = 12 * 3600;

test('a session is valid on every console for twelve hours after its last request', async () => {
  await using redis = await startTestRedis();
  const id = await new Sessions(redis.redis, { operator: 'secret' }).open('operator');
  const [key = ''] = await redis.redis.keys('console:session:*');
  await redis.redis.expire(key, 60);

  const other = new Sessions(redis.redis, { operator: 'secret' });
  expect(await other.roleOf(id)).toBe('operator');
  expect(await redis.redis.ttl(key)).toBeGreaterThan(TWELVE_HOURS_S - 60);
});

test('changing the password ends its sessions', async () => {
  await using redis = await startTestRedis();
  const before = new Sessions(redis.redis, { operator: 'secret', viewer: 'look' });
  const operator = await before.open('operator');
  const viewer = await before.open('viewer');

  const after = new Sessions(redis.redis, { operator: 'changed', viewer: 'look' });
  expect(await after.roleOf(operator)).toBeUndefined();
  expect(await after.roleOf(viewer)).toBe('viewer');
  expect(await new Sessions(redis.redis, { operator: 'secret' }).roleOf(viewer)).toBeUndefined();
});

test('Redis has nothing that gives access to the console', async () => {
  await using redis = await startTestRedis();
  const id = await new Sessions(redis.redis, { operator: 'secret' }).open('operator');
  const [key = ''] = await redis.redis.keys('*');
  expect(key).not.toContain(id);
  expect(await redis.redis.get(key)).not.toContain(id);
});

test.each([undefined, '', 'made up'])('%p is no session', async (id) => {
  await using redis = await startTestRedis();
  expect(await new Sessions(redis.redis, { operator: 'secret' }).roleOf(id)).toBeUndefined();
});
