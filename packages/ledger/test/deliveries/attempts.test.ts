import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { type RecordedAttempt, readAttempts, UNKNOWN_OUTCOME } from '../../src/index.ts';
import { countsOf, NOW, planned, recordAttempt, settleAll, stored, users } from '../support/events.ts';

const attemptOf = (n: number, over: Partial<RecordedAttempt> = {}): RecordedAttempt => ({
  at: NOW + n,
  outcome: 'retryable',
  ...over,
});

test("attempts are recorded in order, with the provider's message, per delivery", async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis);
  const words = { reason: 'http_503', detail: 'say "please",\n\ttwice \\n ☎' };
  await recordAttempt(own.redis, ref, 0, attemptOf(1, words));
  await recordAttempt(own.redis, ref, 10, attemptOf(2));
  await recordAttempt(own.redis, ref, 0, attemptOf(3, { outcome: 'accepted' }));
  expect(await readAttempts(own.redis, ref, 0)).toEqual([attemptOf(1, words), attemptOf(3, { outcome: 'accepted' })]);
  expect(await readAttempts(own.redis, ref, 10)).toEqual([attemptOf(2)]);
  expect(await readAttempts(own.redis, ref, 1)).toEqual([]);
});

test('the text is bounded: after a flood of attempts the first ones and the very last remain', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis);
  for (let n = 0; n < 400; n++) await recordAttempt(own.redis, ref, 0, attemptOf(n, { reason: 'http_429' }));
  await recordAttempt(own.redis, ref, 0, attemptOf(400, { outcome: 'rejected' }));
  const attempts = await readAttempts(own.redis, ref, 0);
  expect(attempts.length).toBeGreaterThan(40);
  expect(attempts.slice(0, -1)).toEqual(attempts.slice(0, -1).map((_, n) => attemptOf(n, { reason: 'http_429' })));
  expect(attempts.at(-1)).toEqual(attemptOf(400, { outcome: 'rejected' }));
  expect(await own.redis.hstrlen(`{p0}:at:${ref.key}`, '0')).toBeLessThan(4200);
});

test('one long attempt leaves room for the last', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis);
  const huge = attemptOf(0, { detail: 'x'.repeat(5000) });
  for (const attempt of [huge, attemptOf(1), attemptOf(2)]) await recordAttempt(own.redis, ref, 0, attempt);
  expect((await readAttempts(own.redis, ref, 0)).at(-1)).toEqual(attemptOf(2));
});

test('an attempt that is recorded again, because the answer of the first time was lost, is there once', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(1));
  const attempts = [attemptOf(1, { outcome: UNKNOWN_OUTCOME }), attemptOf(2, { outcome: 'expired' })];
  await recordAttempt(own.redis, ref, 0, attemptOf(0));
  for (let times = 0; times < 2; times++) {
    await settleAll(own.redis, ref, [{ ordinal: 0, provider: 'custom', state: 'expired', attempts }]);
  }
  expect(await readAttempts(own.redis, ref, 0)).toEqual([attemptOf(0), ...attempts]);
  expect(await countsOf(own.redis, ref)).toEqual({ audience: 1, planned: 1, expired: 1 });
});

test('nothing is recorded of an event that has expired', async () => {
  await using own = await startTestRedis();
  const ref = { key: 'em5x8k2a0zzzzzz', shard: 0 };
  await recordAttempt(own.redis, ref, 0, attemptOf(1));
  expect(await own.redis.keys('*')).toEqual([]);
  expect(await readAttempts(own.redis, ref, 0)).toEqual([]);
});
