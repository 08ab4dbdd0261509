import { expect, test } from '@jest/globals';
import { createSession, findSession, listDevices, listSessions, registerDevice } from '../src/index.ts';
import { privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;

test('past a thousand sessions the oldest ends, with its push tokens, never the newest', async () => {
  const logIn = (now: number) => createSession(redis, 'demo', 'bob', now);
  const oldest = await logIn(NOW);
  const phone = { platform: 'fcm_android' as const, providerId: 'default' };
  await registerDevice(redis, 'demo', 'bob', { ...phone, token: 'old', session: oldest.session }, NOW);
  for (let i = 1; i < 1000; i++) await logIn(NOW + 1);
  const known = (authToken: string) => findSession(redis, 'demo', authToken);
  expect(await known(oldest.authToken)).toBeDefined();
  const newest = await logIn(NOW + 1);
  await registerDevice(redis, 'demo', 'bob', { ...phone, token: 'new', session: newest.session }, NOW);
  expect(await known(oldest.authToken)).toBeUndefined();
  expect(await known(newest.authToken)).toBeDefined();
  expect(await listSessions(redis, 'demo', 'bob')).toHaveLength(1000);
  expect((await listDevices(redis, 'demo', 'bob')).map(({ token }) => token)).toEqual(['new']);
});
