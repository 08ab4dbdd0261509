import { handClock, startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Sessions } from '../src/server/login/sessions.ts';

const TWELVE_HOURS_S = 12 * 3600;

test('a session is valid on every console for twelve hours after its last request', async () => {
  await using redis = await startTestRedis();
  const id = await new Sessions(redis.redis, { admin: 'secret' }, Date.now).open('admin');
  const [key = ''] = await redis.redis.keys('console:session:*');
  await redis.redis.expire(key, 60);

  const other = new Sessions(redis.redis, { admin: 'secret' }, Date.now);
  expect(await other.roleOf(id)).toBe('admin');
  expect(await redis.redis.ttl(key)).toBeGreaterThan(TWELVE_HOURS_S - 60);
});

test('a session ends a day after its login, however much it is used', async () => {
  await using redis = await startTestRedis();
  const clock = handClock(Date.now());
  const sessions = new Sessions(redis.redis, { admin: 'secret' }, clock.now);
  const id = await sessions.open('admin');
  const [key = ''] = await redis.redis.keys('console:session:*');
  clock.set(clock.now() + 20 * 3_600_000);
  expect(await sessions.roleOf(id)).toBe('admin');
  expect(await redis.redis.ttl(key)).toBeLessThanOrEqual(4 * 3600);
  clock.set(clock.now() + 4 * 3_600_000);
  expect(await sessions.roleOf(id)).toBeUndefined();
});

test('changing the password ends its sessions', async () => {
  await using redis = await startTestRedis();
  const before = new Sessions(redis.redis, { admin: 'secret', viewer: 'look' }, Date.now);
  const admin = await before.open('admin');
  const viewer = await before.open('viewer');

  const after = new Sessions(redis.redis, { admin: 'changed', viewer: 'look' }, Date.now);
  expect(await after.roleOf(admin)).toBeUndefined();
  expect(await after.roleOf(viewer)).toBe('viewer');
  expect(await new Sessions(redis.redis, { admin: 'secret' }, Date.now).roleOf(viewer)).toBeUndefined();
});

test('Redis has nothing that gives access to the console', async () => {
  await using redis = await startTestRedis();
  const id = await new Sessions(redis.redis, { admin: 'secret' }, Date.now).open('admin');
  const [key = ''] = await redis.redis.keys('*');
  expect(key).not.toContain(id);
  expect(await redis.redis.get(key)).not.toContain(id);
});

test.each([undefined, '', 'made up'])('%p is no session', async (id) => {
  await using redis = await startTestRedis();
  expect(await new Sessions(redis.redis, { admin: 'secret' }, Date.now).roleOf(id)).toBeUndefined();
});
