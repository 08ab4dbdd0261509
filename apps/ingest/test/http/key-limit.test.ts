import { expect, test } from '@jest/globals';
import { privateIngest } from '../support/private-ingest.ts';

const { deps, logIn, backend } = await privateIngest({ REQUESTS_PER_MINUTE_PER_KEY: '2' });

test('a session is limited per minute; the responses count down, and others are not affected', async () => {
  const [bob, carol] = [await logIn('bob'), await logIn('carol')];
  const left = [];
  for (let i = 0; i < 2; i++) left.push((await bob('GET', '/v3/me')).headers['x-ratelimit-remaining']);
  expect(left.map(Number)).toEqual([1, 0]);
  const refused = await bob('GET', '/v3/me');
  expect([refused.status, refused.body.error.code]).toEqual([429, 'ERR_TOO_MANY_REQUESTS']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused.headers['x-ratelimit-limit'])).toBe(2);
  expect((await carol('GET', '/v3/me')).status).toBe(200);
});

test('the count is shared by all ingests and ends by itself', async () => {
  const bob = await logIn('bob');
  await bob('GET', '/v3/me');
  const [key = ''] = await deps.redis.keys('ratelimit:*');
  expect(await deps.redis.pttl(key)).toBeGreaterThan(0);
  expect(key).not.toContain('at_');
  await deps.redis.set(key, '2', 'KEEPTTL');
  expect((await bob('GET', '/v3/me')).status).toBe(429);
  await deps.redis.del(key);
  expect((await bob('GET', '/v3/me')).status).toBe(200);
});

test('the operator is not limited', async () => {
  for (let i = 0; i < 5; i++) expect((await backend('GET', '/v3/users/bob/auth_tokens')).status).toBe(200);
});
