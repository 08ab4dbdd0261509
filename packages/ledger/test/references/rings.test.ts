import type { EventRef, PlannedRecipient } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, expect, test } from '@jest/globals';
import {
  claimRingEnd,
  findRing,
  packFinished,
  readReached,
  readRung,
  recordCall,
  ringEndBy,
  rungFor,
  UNKNOWN_OUTCOME,
} from '../../src/index.ts';
import { APP, becomes, HOUR, left, NOW, planned, reached, recordAttempt, settleAll } from '../support/events.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());

const NOT_SENT = ['superseded', 'expired'] as const;
let rings = 0;

/** A ring to these recipients, planned, under a session of its own. */
async function ring(recipients: PlannedRecipient[]): Promise<{ ref: EventRef; sessionId: string }> {
  const sessionId = `session-${++rings}`;
  const ref = await planned(redis, recipients, { id: sessionId });
  const conversation = { type: 'user', id: 'bob' } as const;
  await recordCall(redis, APP, { sessionId, type: 'audio', caller: 'ann', conversation, ref }, HOUR);
  return { ref, sessionId };
}

const phone = (deviceId: string) => ({ provider: 'apns', deviceId }) as const;

test('a ring has rung where its delivery is accepted or open, and is undecided while one is open', async () => {
  const { ref, sessionId } = await ring([
    { kind: 'send', uid: 'bob', targets: [phone('d1'), phone('d2')] },
    left('carl'),
    reached('dora'),
  ]);
  expect(await readRung(redis, APP, sessionId)).toMatchObject({ isUndecided: true });
  await settleAll(redis, ref, [becomes(0, 'accepted'), becomes(1, 'superseded'), becomes(2, 'accepted')]);
  const rung = await readRung(redis, APP, sessionId);
  expect(rung).toEqual({
    devices: new Map([
      ['bob', new Set(['d1'])],
      ['dora', new Set()],
    ]),
    isUndecided: false,
  });
  expect(await rungFor(redis, APP, sessionId, 'bob')).toEqual(new Set(['d1']));
  expect(await rungFor(redis, APP, sessionId, 'carl')).toBeUndefined();
});

test.each([
  ['an unrecorded attempt', { outcome: UNKNOWN_OUTCOME, reason: 'sender_lost' }, true],
  ['an attempt without an answer', { outcome: 'retryable', reason: 'timeout' }, true],
  ['an attempt that was refused', { outcome: 'retryable', reason: 'ServiceUnavailable' }, false],
  ['an attempt that was throttled', { outcome: 'throttled', reason: 'timeout' }, false],
])('a ring that was superseded or came too late after %s counts as rung: %j %s', async (_, attempt, counts) => {
  for (const state of NOT_SENT) {
    const { ref, sessionId } = await ring([{ kind: 'send', uid: 'bob', targets: [phone('d1')] }]);
    await recordAttempt(redis, ref, 0, { at: NOW, ...attempt });
    await settleAll(redis, ref, [becomes(0, state)]);
    expect(await rungFor(redis, APP, sessionId, 'bob')).toEqual(counts ? new Set(['d1']) : undefined);
    expect((await readRung(redis, APP, sessionId)).devices.has('bob')).toBe(counts);
    const slice = await readReached(redis, ref, 0, NOT_SENT);
    expect(slice?.reached[0]?.targets[0]?.mayHaveLeft).toBe(counts ? true : undefined);
  }
});

test('a ring of an unknown session has rung for no one', async () => {
  expect(await readRung(redis, APP, 'none')).toEqual({ devices: new Map(), isUndecided: false });
  expect(await findRing(redis, APP, 'none')).toBeUndefined();
});

test('a ring can be showing until five seconds after its deadline', async () => {
  const { ref, sessionId } = await ring([reached('bob')]);
  expect(await findRing(redis, APP, sessionId)).toEqual({ ref, showsUntil: NOW + HOUR + 5000 });
});

test('the end of a ring is claimed once for each user, and by the same event again', async () => {
  const { ref } = await ring([reached('bob'), reached('carl')]);
  const claim = async (by: string, ...uids: string[]) => [...(await claimRingEnd(redis, ref, by, uids))];
  expect(await claim('first', 'bob')).toEqual(['bob']);
  expect(await claim('second', 'bob', 'carl')).toEqual(['carl']);
  expect(await claim('first', 'bob', 'carl')).toEqual(['bob']);
  expect(await Promise.all(['bob', 'carl', 'dora'].map((uid) => ringEndBy(redis, ref, uid)))).toEqual([
    'first',
    'second',
    undefined,
  ]);
  expect(await redis.pttl(`{p0}:re:${ref.key}`)).toBeGreaterThan(0);
});

test('the end of an expired ring belongs to no event', async () => {
  expect(await claimRingEnd(redis, { shard: 0, key: 'em5x8k2a0zzzzzz' }, 'end', ['bob'])).toEqual(new Set());
});

test('a ring whose record is packed, as it is seconds after its last push, can still be ended', async () => {
  const { ref, sessionId } = await ring([reached('bob')]);
  await settleAll(redis, ref, [becomes(0, 'accepted')]);
  await packFinished(redis, 0, NOW + 60_000, 100);
  expect((await readRung(redis, APP, sessionId)).devices).toEqual(new Map([['bob', new Set()]]));
  expect(await claimRingEnd(redis, ref, 'cancel', ['bob'])).toEqual(new Set(['bob']));
  expect(await claimRingEnd(redis, ref, 'another', ['bob'])).toEqual(new Set());
  const [ends, record] = await Promise.all([`{p0}:re:${ref.key}`, `{p0}:ev:${ref.key}`].map((key) => redis.pttl(key)));
  expect(Math.abs((ends ?? 0) - (record ?? 0))).toBeLessThan(1000);
});

test('a ring whose record is gone cannot be ended', async () => {
  const { ref } = await ring([reached('bob')]);
  await redis.del(`{p0}:ev:${ref.key}`);
  expect(await claimRingEnd(redis, ref, 'cancel', ['bob'])).toEqual(new Set());
});
