import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createSecretBox, createTokenStore } from '../src/index.ts';
import { privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const MINUTE = 60_000;

test.each([
  ['due', undefined],
  ['refused', 'first'],
])('a token that is held past its expiry is not used after it, when %s', async (_, refused) => {
  const store = createTokenStore(redis, createSecretBox(randomBytes(32).toString('base64')));
  const until = NOW + 20 * MINUTE;
  const token = { generation: 'first', value: 'secret', useUntil: until, heldUntil: until, expiresAt: NOW + MINUTE };
  const claim = await store.claim('apns:key', NOW);
  expect(claim.kind === 'fetch' && (await store.publish('apns:key', claim.lease, token, NOW))).toBe(true);
  expect(await store.claim('apns:key', NOW + MINUTE - 1, refused)).toEqual({ kind: 'token', token });
  expect(await store.claim('apns:key', NOW + MINUTE, refused)).toMatchObject({ kind: 'fetch' });
});
