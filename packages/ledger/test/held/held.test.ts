import { LANES, type Lane } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  claimDueGates,
  claimTrial,
  closeGate,
  endTrial,
  type Gate,
  gateId,
  gatesWithLate,
  hold,
  openGate,
  openSlices,
  readGates,
  readHeld,
  readLoad,
  readStates,
  release,
  releaseLate,
  releaseOne,
} from '../../src/index.ts';
import { APP, becomes, countsOf, HOUR, NOW, planned, settleAll, users } from '../support/events.ts';
import { DOWN, GATE } from '../support/gates.ts';

let own: TestRedis;
beforeAll(async () => {
  own = await startTestRedis();
});
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => own.redis.flushall());

const ready = async () => (await readLoad(own.redis, APP, ['custom'], 1)).get('custom');
const heldCount = async () => (await readHeld(own.redis, 1)).map(({ count }) => count);
const due = (now: number, lanes: readonly Lane[] = LANES) =>
  claimDueGates(own.redis, { shard: 0, provider: 'custom', lanes }, { now, again: now + HOUR }, 10);

async function holdOf(ref: { key: string; shard: number }, ordinals: number[], over = {}) {
  const deadlineAt = NOW + HOUR;
  const reason = 'open' as const;
  const how = { deadlineAt, reason, now: NOW, ...over };
  const holding = { ref, ordinals, deadlineAt: how.deadlineAt, job: { e: ref.key, o: ordinals[0] } };
  return (await hold(own.redis, 0, GATE, [holding], how))[0];
}

test('held deliveries are neither ready nor in need of a job, and are as they were once released', async () => {
  const ref = await planned(own.redis, users(5));
  await settleAll(own.redis, ref, [becomes(1, 'accepted')]);
  await openGate(own.redis, 0, GATE, DOWN);
  expect(await holdOf(ref, [0, 1, 2, 4])).toEqual({ kind: 'held', count: 3 });
  expect(await holdOf(ref, [0, 1, 2, 4])).toEqual({ kind: 'held', count: 0 });
  expect(await readStates(own.redis, ref, [0, 1, 2, 3, 4])).toEqual(['held', 'accepted', 'held', 'pending', 'held']);
  expect([await ready(), await heldCount()]).toEqual([1, [3]]);
  expect(await countsOf(own.redis, ref)).toMatchObject({ planned: 5, accepted: 1, pending: 4 });
  const needy = [];
  for await (const { jobs } of openSlices(own.redis, ref)) needy.push(...jobs.map(({ ordinal }) => ordinal));
  expect(needy).toEqual([3]);

  expect(await release(own.redis, 0, GATE, 1, NOW)).toEqual({
    released: [{ ref, ordinals: [0, 2, 4], job: { e: ref.key, o: 0 } }],
    left: 0,
  });
  expect(await release(own.redis, 0, GATE, 1, NOW)).toEqual({ released: [], left: 0 });
  expect(await readStates(own.redis, ref, [0, 2, 4])).toEqual(['pending', 'pending', 'pending']);
  expect([await ready(), await heldCount()]).toEqual([4, []]);
  expect(await own.redis.keys('*held*')).toEqual([]);
});

test('gates of other lanes that are due do not keep a lane from its own', async () => {
  const chat = Array.from({ length: 100 }, (_, i) => gateId({ ...GATE, name: `https://chat.example.com#${i}` }));
  const call: Gate = { ...GATE, lane: 'call' };
  const scores = chat.flatMap((id) => [NOW - 10, id]);
  await own.redis.zadd('{p0}:held-due:custom', ...scores, NOW - 5, gateId(call));
  expect((await due(NOW, ['call'])).map(({ gate }) => gate)).toEqual([call]);
  expect(await due(NOW, ['chat'])).toHaveLength(10);
});

test('a delivery that had left its pack comes back as a job of its own', async () => {
  const ref = await planned(own.redis, users(3));
  await settleAll(own.redis, ref, [becomes(0, 'retrying'), becomes(1, 'retrying')]);
  // The pack's own job takes only what has not left it.
  expect(await holdOf(ref, [0, 1, 2], { reason: 'busy' })).toEqual({ kind: 'held', count: 1 });
  expect(await holdOf(ref, [1], { reason: 'busy' })).toEqual({ kind: 'held', count: 1 });
  await release(own.redis, 0, GATE, 10, NOW);
  expect(await readStates(own.redis, ref, [0, 1, 2])).toEqual(['retrying', 'retrying', 'pending']);
});

test('nothing is held for a gate that has closed, except because there is too much to send', async () => {
  const ref = await planned(own.redis, users(1));
  expect(await holdOf(ref, [0])).toEqual({ kind: 'closed' });
  expect(await readStates(own.redis, ref, [0])).toEqual(['pending']);
  expect(await holdOf(ref, [0], { reason: 'busy' })).toEqual({ kind: 'held', count: 1 });
});

test('an answer that was still on its way settles a held delivery, which is not sent again', async () => {
  const ref = await planned(own.redis, users(2));
  await holdOf(ref, [0, 1], { reason: 'busy' });
  await settleAll(own.redis, ref, [becomes(1, 'retrying'), becomes(0, 'accepted')]);
  expect(await readStates(own.redis, ref, [0, 1])).toEqual(['accepted', 'held']);
  const { released, left } = await release(own.redis, 0, GATE, 10, NOW);
  expect([released.map(({ ordinals }) => ordinals), left]).toEqual([[[1]], 0]);
  expect([await ready(), await heldCount()]).toEqual([1, []]);
});

test('what is released first is what must be sent first, and only if it still can be', async () => {
  const ref = await planned(own.redis, users(4));
  await holdOf(ref, [0], { reason: 'busy', deadlineAt: NOW + 3000 });
  await holdOf(ref, [1], { reason: 'busy', deadlineAt: NOW + 1000 });
  await holdOf(ref, [2], { reason: 'busy', deadlineAt: NOW + 2000 });
  await holdOf(ref, [3], { reason: 'busy', deadlineAt: NOW + 9000 });
  expect(await gatesWithLate(own.redis, 0, NOW + 999, 10)).toEqual([]);
  expect(await gatesWithLate(own.redis, 0, NOW + 1000, 10)).toEqual([GATE]);
  const first = await release(own.redis, 0, GATE, 1, NOW + 1000);
  expect([first.released.map(({ ordinals }) => ordinals), first.left]).toEqual([[[2]], 3]);
  const late = await releaseLate(own.redis, 0, GATE, NOW + 3000);
  expect([late.released.map(({ ordinals }) => ordinals), late.left]).toEqual([[[1], [0]], 1]);
  expect(await gatesWithLate(own.redis, 0, NOW + 3000, 10)).toEqual([]);
});

test('deliveries of an event whose record has expired are dropped', async () => {
  const ref = await planned(own.redis, users(2));
  await holdOf(ref, [0], { reason: 'busy' });
  await own.redis.del(`{p0}:ev:${ref.key}`, `{p0}:st:${ref.key}`);
  expect(await holdOf(ref, [1], { reason: 'busy' })).toEqual({ kind: 'held', count: 0 });
  expect(await release(own.redis, 0, GATE, 10, NOW)).toEqual({ released: [], left: 0 });
  expect(await own.redis.exists(`{p0}:st:${ref.key}`)).toBe(0);
  expect(await heldCount()).toEqual([]);
});

test('an open gate lets one trial at a time through for all senders, once its pause is over', async () => {
  const token = { deadlineAt: NOW + HOUR, token: 'a' };
  expect(await claimTrial(own.redis, 0, GATE, { now: NOW, ...token })).toBe('closed');
  expect(await openGate(own.redis, 0, GATE, DOWN)).toEqual({ openUntil: NOW + 1000, since: NOW, reason: 'http_503' });
  expect(await claimTrial(own.redis, 0, GATE, { now: NOW + 999, ...token })).toBe('open');
  const claims = ['a', 'b', 'c'].map((each) =>
    claimTrial(own.redis, 0, GATE, { ...token, now: NOW + 1000, token: each }),
  );
  expect(await Promise.all(claims)).toEqual(['trial', 'open', 'open']);
  expect(await closeGate(own.redis, 0, GATE, NOW + 1100)).toBe(0);
  expect(await readGates(own.redis, 0, [GATE])).toEqual([undefined]);
});

test('only the trial that failed opens a gate again, for a share of the time it has been open', async () => {
  const until = async (over: object) =>
    ((await openGate(own.redis, 0, GATE, { ...DOWN, ...over }))?.openUntil ?? 0) - NOW;
  expect(await until({})).toBe(1000);
  expect(await until({ now: NOW + 500 })).toBe(1000);
  expect(await until({ now: NOW + 500, trial: 'stale' })).toBe(1000);
  await claimTrial(own.redis, 0, GATE, { now: NOW + 1500, deadlineAt: NOW + HOUR, token: 'mine' });
  expect(await until({ now: NOW + 1600 })).toBe(1000);
  expect(await until({ now: NOW + 1600, trial: 'mine' })).toBe(2600);
  await claimTrial(own.redis, 0, GATE, { now: NOW + 80_000, deadlineAt: NOW + HOUR, token: 'mine' });
  expect(await until({ now: NOW + 80_000, trial: 'mine' })).toBe(81_250);
  await claimTrial(own.redis, 0, GATE, { now: NOW + 2 * HOUR, deadlineAt: NOW + 3 * HOUR, token: 'mine' });
  expect(await until({ now: NOW + 2 * HOUR, trial: 'mine' })).toBe(2 * HOUR + 60_000);
});

test('a pause counts from when the trial began, so after one that hung for longer the next need not wait', async () => {
  await openGate(own.redis, 0, GATE, DOWN);
  const fail = async (triedAt: number, now: number, over = {}) => {
    const claimed = await claimTrial(own.redis, 0, GATE, { now: triedAt, deadlineAt: NOW + HOUR, token: 'mine' });
    expect(claimed).toBe('trial');
    return (
      ((await openGate(own.redis, 0, GATE, { ...DOWN, now, trial: 'mine', triedAt, ...over }))?.openUntil ?? 0) - NOW
    );
  };
  expect(await fail(NOW + 1000, NOW + 1400)).toBe(2000);
  expect(await fail(NOW + 2000, NOW + 4000)).toBe(4000);
  // What a provider asks for counts from its answer.
  expect(await fail(NOW + 4000, NOW + 5500, { askedMs: 3000 })).toBe(8500);
});

test('the pause a provider asks for is heeded, up to a minute', async () => {
  const open = async (askedMs: number) =>
    ((await openGate(own.redis, 0, { ...GATE, name: `${askedMs}` }, { ...DOWN, askedMs }))?.openUntil ?? 0) - NOW;
  expect([await open(3000), await open(3_600_000)]).toEqual([3000, 60_000]);
});

test('a delivery near its deadline is tried although the pause is not over', async () => {
  const ref = await planned(own.redis, users(1));
  await openGate(own.redis, 0, GATE, { ...DOWN, askedMs: 60_000 });
  const deadlineAt = NOW + 10_000;
  await holdOf(ref, [0], { deadlineAt });
  expect(await due(NOW + 7999)).toEqual([]);
  expect((await due(NOW + 8000)).map(({ gate }) => gate)).toEqual([GATE]);
  expect(await claimTrial(own.redis, 0, GATE, { now: NOW + 7999, deadlineAt, token: 'a' })).toBe('open');
  expect(await claimTrial(own.redis, 0, GATE, { now: NOW + 8000, deadlineAt, token: 'a' })).toBe('trial');
});

test('a gate is due when its pause is over, at once when it closes, and for one sender at a time', async () => {
  const ref = await planned(own.redis, users(2));
  const open = await openGate(own.redis, 0, GATE, DOWN);
  await holdOf(ref, [0]);
  await holdOf(ref, [1]);
  expect(await due(NOW + 999)).toEqual([]);
  const others = LANES.filter((lane) => lane !== GATE.lane);
  expect(await due(NOW + 1000, others)).toEqual([]);
  expect(await due(NOW + 1000)).toEqual([{ gate: GATE, open }]);
  expect(await due(NOW + 1000)).toEqual([]);
  expect(await closeGate(own.redis, 0, GATE, NOW + 1100)).toBe(2);
  expect(await due(NOW + 1100)).toEqual([{ gate: GATE, open: undefined }]);
});

/** Begins a trial. */
const tryAt = (now: number, token: string) => claimTrial(own.redis, 0, GATE, { now, deadlineAt: NOW + HOUR, token });

test('the time a gate has been open need not be a multiple of its share', async () => {
  await openGate(own.redis, 0, GATE, DOWN);
  expect(await tryAt(NOW + 80_001, 'mine')).toBe('trial');
  const open = await openGate(own.redis, 0, GATE, { ...DOWN, now: NOW + 80_001, trial: 'mine' });
  expect(open?.openUntil).toBe(NOW + 81_251);
});

test('trials overlap: one that hangs does not keep the next from being made', async () => {
  await openGate(own.redis, 0, GATE, DOWN);
  const long = NOW + 640_000;
  expect(await tryAt(long, 'hangs')).toBe('trial');
  const ttl = await own.redis.pttl(`{p0}:trial:${gateId(GATE)}`);
  expect(ttl).toBeGreaterThan(0);
  expect(ttl).toBeLessThanOrEqual(10_000);
  await own.redis.del(`{p0}:trial:${gateId(GATE)}`);
  expect(await tryAt(long + 10_000, 'next')).toBe('trial');
});

test.each([
  ['chat', 10_999, 11_000],
  ['bulk', 10_999, 11_000],
  ['call', 4999, 5000],
] as const)('a credential has one trial at a time, or two for calls: lane %s', async (lane, tooSoon, soonest) => {
  const gate = { ...GATE, provider: 'fcm', lane } as const;
  const claim = (token: string) => claimTrial(own.redis, 0, gate, { now: NOW + 1000, deadlineAt: NOW + HOUR, token });
  await openGate(own.redis, 0, gate, DOWN);
  expect(await claim('hangs')).toBe('trial');
  expect(await claim('next')).toBe('open');
  const ttl = await own.redis.pttl(`{p0}:trial:${gateId(gate)}`);
  expect(ttl).toBeGreaterThan(tooSoon - 4000);
  expect(ttl).toBeLessThanOrEqual(soonest);
  expect(await openGate(own.redis, 0, gate, { ...DOWN, now: NOW + 2000, trial: 'hangs' })).toBeDefined();
  expect(await claimTrial(own.redis, 0, gate, { now: NOW + 4000, deadlineAt: NOW + HOUR, token: 'next' })).toBe(
    'trial',
  );
});

test.each(['chat', 'call'] as const)(
  'a last chance need not wait for a trial that hangs, one a second: %s',
  async (lane) => {
    const gate = { ...GATE, provider: 'fcm', lane } as const;
    const ref = await planned(own.redis, users(2));
    await openGate(own.redis, 0, gate, DOWN);
    const claim = (now: number, deadlineAt: number, token: string) =>
      claimTrial(own.redis, 0, gate, { now, deadlineAt, token });
    const dueNow = (now: number) =>
      claimDueGates(own.redis, { shard: 0, provider: 'fcm', lanes: [lane] }, { now, again: now + HOUR }, 10);
    expect(await claim(NOW + 1000, NOW + HOUR, 'hangs')).toBe('trial');
    const deadlineAt = NOW + 4000;
    const holding = { ref, ordinals: [0, 1], deadlineAt, job: { e: ref.key, o: 0 } };
    await hold(own.redis, 0, gate, [holding], { now: NOW + 1000, reason: 'open' });
    expect(await dueNow(NOW + 1999)).toEqual([]);
    expect(await claim(NOW + 1999, deadlineAt, 'early')).toBe('open');
    expect(await dueNow(NOW + 3000)).toHaveLength(1);
    expect(await claim(NOW + 3000, deadlineAt, 'last')).toBe('trial');
    expect(await claim(NOW + 3000, deadlineAt, 'too many')).toBe('open');
    expect(await claim(NOW + 3000, NOW + HOUR, 'later')).toBe('open');
    const key = `{p0}:last-chance:${gateId(gate)}`;
    const ttl = await own.redis.pttl(key);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(1000);
    await own.redis.pexpire(key, HOUR);
    expect(await dueNow(NOW + 4000)).toEqual([]);
    await endTrial(own.redis, 0, gate, 'last');
    expect(await claim(NOW + 3900, deadlineAt, 'next')).toBe('trial');
    expect(await claim(NOW + 3900, NOW + HOUR, 'later')).toBe('open');
  },
);

test('while a trial has no answer, its gate is not handed out for another', async () => {
  const ref = await planned(own.redis, users(2));
  await openGate(own.redis, 0, GATE, DOWN);
  await holdOf(ref, [0]);
  const long = NOW + 640_000;
  expect(await due(long)).toHaveLength(1);
  expect(await tryAt(long, 'hangs')).toBe('trial');
  await holdOf(ref, [1], { now: long });
  const handedOut = [];
  for (let now = long + 100; now <= long + 5000; now += 100) handedOut.push(...(await due(now)));
  expect(handedOut).toEqual([]);
  await own.redis.del(`{p0}:trial:${gateId(GATE)}`);
  expect(await due(long + 6000)).toHaveLength(1);
});

test('an earlier trial that fails lets the next begin no later, and not while one has just begun', async () => {
  await openGate(own.redis, 0, GATE, DOWN);
  const long = NOW + 640_000;
  await tryAt(long, 'hangs');
  await own.redis.del(`{p0}:trial:${gateId(GATE)}`);
  await tryAt(long + 12_000, 'next');
  const open = await openGate(own.redis, 0, GATE, { ...DOWN, now: long + 13_000, trial: 'hangs', triedAt: long });
  expect(open?.openUntil).toBe(long + 13_000);
  expect(await tryAt(long + 13_000, 'third')).toBe('open');
});

test('a trial that sent nothing makes way for the next, but ends no other', async () => {
  await openGate(own.redis, 0, GATE, DOWN);
  await tryAt(NOW + 1000, 'unsent');
  await endTrial(own.redis, 0, GATE, 'earlier');
  expect(await tryAt(NOW + 1000, 'next')).toBe('open');
  await endTrial(own.redis, 0, GATE, 'unsent');
  expect(await tryAt(NOW + 1000, 'next')).toBe('trial');
});

test('a trial that fails after another has closed the gate does not open it', async () => {
  await openGate(own.redis, 0, GATE, DOWN);
  await tryAt(NOW + 1000, 'hangs');
  await closeGate(own.redis, 0, GATE, NOW + 1200);
  expect(await openGate(own.redis, 0, GATE, { ...DOWN, now: NOW + 3000, trial: 'hangs' })).toBeUndefined();
  expect(await readGates(own.redis, 0, [GATE])).toEqual([undefined]);
});

test('a delivery released for a trial leaves its pack, and the others stay held', async () => {
  const ref = await planned(own.redis, users(4));
  await openGate(own.redis, 0, GATE, DOWN);
  await holdOf(ref, [0, 1, 3]);
  await settleAll(own.redis, ref, [becomes(0, 'accepted')]);
  const trial = { released: [{ ref, ordinals: [1], job: { e: ref.key, o: 0 } }], left: 1 };
  expect(await releaseOne(own.redis, 0, GATE, NOW)).toEqual(trial);
  expect(await readStates(own.redis, ref, [0, 1, 2, 3])).toEqual(['accepted', 'retrying', 'pending', 'held']);
  expect(await heldCount()).toEqual([1]);
});

test('any of those held may be the trial, but one whose deadline is near is first', async () => {
  const ref = await planned(own.redis, users(21));
  await openGate(own.redis, 0, GATE, DOWN);
  for (const ordinal of Array(20).keys()) await holdOf(ref, [ordinal]);
  const tried = async () => {
    const { released } = await releaseOne(own.redis, 0, GATE, NOW);
    const [ordinal = -1] = released[0]?.ordinals ?? [];
    await holdOf(ref, [ordinal], { deadlineAt: NOW + HOUR });
    return ordinal;
  };
  const any = new Set<number>();
  for (let n = 0; n < 40; n++) any.add(await tried());
  expect(any.size).toBeGreaterThan(5);
  await holdOf(ref, [20], { deadlineAt: NOW + 1900 });
  expect(await tried()).toBe(20);
});

test('a gate that was opened again while deliveries were held is due when its new pause is over', async () => {
  const ref = await planned(own.redis, users(1));
  await openGate(own.redis, 0, GATE, DOWN);
  await holdOf(ref, [0]);
  await own.redis.zadd('{p0}:held-due:custom', NOW, gateId(GATE));
  expect(await due(NOW + 500)).toEqual([]);
  expect(await due(NOW + 1000)).toHaveLength(1);
});
