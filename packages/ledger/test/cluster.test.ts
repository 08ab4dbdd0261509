import { LANES } from '@fanfare/core';
import { connectRedis, shardTag } from '@fanfare/redis';
import { startTestCluster } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import {
  acceptEvent,
  adoptOpenEvents,
  advance,
  changeLane,
  claimDueEvents,
  claimDueGates,
  claimTrial,
  closeGate,
  confirmAdmitted,
  dayOf,
  dropBucketDay,
  dropDeadLetter,
  endRing,
  endTrial,
  findCall,
  findDeadLetters,
  findEvent,
  findLastCall,
  findMessages,
  findPlanned,
  findReaction,
  findSlice,
  hold,
  isFullyPlanned,
  isRingOver,
  listDeadLetters,
  oldestOpen,
  openGate,
  openSlices,
  pageIndexed,
  pageLogged,
  planSlice,
  readAttempts,
  readBucketDays,
  readDeadLetterOf,
  readLoad,
  readProgress,
  readReached,
  readReplayDeadlines,
  readSummaries,
  recordCall,
  recordLogged,
  recordMessages,
  recordReactions,
  recountAdmitted,
  release,
  reopen,
  stepAside,
  stuckSinceLastLook,
  wakeWaiting,
} from '../src/index.ts';
import { APP, accepted, becomes, HOUR, lockOf, NOW, recordAttempt, settleAll, slice, users } from './support/events.ts';

const SHARDS = 8;

async function startCluster() {
  const cluster = await startTestCluster();
  const redis = await connectRedis(cluster.url, 'worker', () => {});
  return {
    redis,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

test('a cluster of three, which refuses commands on several slots, accepts the entire life of an event', async () => {
  await using own = await startCluster();
  await expect(own.redis.mget('a', 'b')).rejects.toThrow('CROSSSLOT');
  const used = new Set<number>();
  for (let i = 0; i < 2 * SHARDS; i++) {
    const id = `msg-${i}`;
    const { key, shard } = await acceptEvent(own.redis, accepted({ id, to: id }), { shards: SHARDS });
    const ref = { key, shard };
    used.add(shard);
    const again = accepted({ id, receivedAt: NOW + 1 });
    expect(await acceptEvent(own.redis, again, { shards: SHARDS })).toMatchObject({ ...ref, duplicate: true });
    expect(await findEvent(own.redis, APP, id)).toEqual(ref);
    if (i === 0) expect(await findMessages(own.redis, APP, ['m1'])).toMatchObject([{ author: 'ann', ref }]);
    const all = slice(users(4));
    await planSlice(own.redis, ref, APP, 0, all);
    await advance(own.redis, ref, await lockOf(own.redis, ref), 0, all);
    await recordAttempt(own.redis, ref, 0, { at: NOW, outcome: 'retryable' });
    await settleAll(own.redis, ref, [becomes(0, 'rejected'), becomes(1, 'rejected'), becomes(2, 'accepted')]);
    expect(await stuckSinceLastLook(own.redis, [ref])).toEqual([]);
    expect(await stuckSinceLastLook(own.redis, [ref])).toEqual([ref]);
    expect(await readAttempts(own.redis, ref, 0)).toHaveLength(1);
    const ids = [`${key}-0`, `${key}-1`];
    const [first, second] = await findDeadLetters(own.redis, APP, SHARDS, ids);
    if (!first || !second) throw new Error('no letters');
    expect(await reopen(own.redis, APP, first, { now: NOW, deadline: NOW, sweepAt: NOW })).toBe(true);
    expect(await dropDeadLetter(own.redis, APP, second)).toBe(true);
    expect((await readReplayDeadlines(own.redis, ref, [0, 1])).size).toBe(1);
    expect(await findSlice(own.redis, ref, 3)).toBe(0);
    for await (const { jobs } of openSlices(own.redis, ref)) expect(jobs.map((it) => it.ordinal)).toEqual([0, 3]);
    expect(await claimDueEvents(own.redis, shard, 'chat', { now: NOW, again: NOW + 1e6 })).toEqual([ref]);
    await own.redis.zadd(`${shardTag(shard)}:open`, 1, key);
    expect(await adoptOpenEvents(own.redis, shard, NOW, 10)).toBe(1);
    const gate = { lane: 'chat', appId: APP, provider: 'custom', name: 'x' } as const;
    await openGate(own.redis, shard, gate, { now: NOW, reason: 'timeout', leastMs: 0, mostMs: 0 });
    const holding = { ref, ordinals: [3], deadlineAt: NOW + HOUR, job: {} };
    await hold(own.redis, shard, gate, [holding], { now: NOW, reason: 'open' });
    expect(await claimTrial(own.redis, shard, gate, { now: NOW, deadlineAt: NOW, token: 'a' })).toBe('trial');
    await endTrial(own.redis, shard, gate, 'a');
    expect(
      await claimDueGates(
        own.redis,
        { shard, provider: 'custom', lanes: LANES },
        { now: NOW + HOUR, again: NOW + HOUR },
        1,
      ),
    ).toHaveLength(1);
    expect(await closeGate(own.redis, shard, gate, NOW)).toBe(1);
    expect((await release(own.redis, shard, gate, 1, NOW)).released).toMatchObject([{ ref, ordinals: [3] }]);
    await settleAll(own.redis, ref, [becomes(0, 'expired'), becomes(3, 'rejected')]);
    expect((await readProgress(own.redis, ref))?.state).toBe('done');
  }
  expect(used.size).toBeGreaterThan(2);
  expect((await readLoad(own.redis, APP, ['custom'], SHARDS)).get('custom')).toBe(0);
  expect((await listDeadLetters(own.redis, APP, SHARDS, { limit: 100 })).letters).toHaveLength(2 * SHARDS);
});

test('and every read of an event, its messages and calls, in any slot', async () => {
  await using own = await startCluster();
  const all = Array.from({ length: 2 * SHARDS }, (_, i) => accepted({ id: `msg-${i}`, to: `user-${i}` }));
  const conversation = { type: 'user', id: 'bob' } as const;
  for (const event of all) {
    const { key, shard } = await acceptEvent(own.redis, event, { shards: SHARDS });
    const ref = { key, shard };
    await recordLogged(own.redis, APP, [ref], HOUR);
    expect(await changeLane(own.redis, ref, 'chat', 'bulk')).toEqual({ moved: [{ key: ref.key }], admitted: [] });
    expect(await stepAside(own.redis, ref, NOW)).toEqual([]);
    expect(await confirmAdmitted(own.redis, shard, 'bulk', [key], NOW)).toEqual([]);
    expect(await recountAdmitted(own.redis, shard, 'bulk')).toBe(false);
    await own.redis.sadd(`${shardTag(shard)}:waiting:bulk`, APP);
    expect(await wakeWaiting(own.redis, shard, 'bulk', NOW)).toEqual([]);
    const all = slice(users(3));
    await planSlice(own.redis, ref, APP, 0, all);
    await advance(own.redis, ref, await lockOf(own.redis, ref), 0, all);
    await settleAll(own.redis, ref, [becomes(0, 'accepted'), becomes(1, 'rejected')]);
    expect(await isFullyPlanned(own.redis, ref)).toBe(true);
    expect((await findPlanned(own.redis, ref, 'u1'))?.deliveries).toMatchObject([{ ordinal: 1, state: 'rejected' }]);
    expect(await readDeadLetterOf(own.redis, APP, shard, `${key}-1`)).toMatchObject({ uid: 'u1' });
    expect((await readReached(own.redis, ref, 0))?.reached.map(({ uid }) => uid)).toEqual(['u0', 'u2']);
    const call = { sessionId: key, type: 'audio', caller: 'ann', conversation, ref } as const;
    await recordCall(own.redis, APP, call, HOUR);
    await endRing(own.redis, APP, key, NOW, HOUR);
    expect(await findCall(own.redis, APP, key)).toEqual(call);
    expect(await findLastCall(own.redis, APP, 'ann_user_bob')).toEqual(call);
    expect(await isRingOver(own.redis, APP, key, NOW)).toBe(true);
  }
  const { refs } = await pageLogged(own.redis, APP, SHARDS, { limit: 100, order: 'append' });
  expect(await pageIndexed(own.redis, APP, SHARDS, { limit: 100, order: 'append' })).toEqual({ refs });
  expect(await readSummaries(own.redis, refs, () => undefined)).toHaveLength(refs.length);
  expect(new Set(refs.map(({ shard }) => shard)).size).toBeGreaterThan(2);
  const references = refs.map((ref, i) => ({ messageId: `m${i}`, author: 'ann', conversation, ref }));
  await recordMessages(own.redis, APP, references, HOUR);
  const ids = references.map(({ messageId }) => messageId);
  expect((await findMessages(own.redis, APP, ids)).map((reference) => reference?.messageId)).toEqual(ids);
  const reactions = references.map((reference, i) => ({ ...reference, reactionId: `r${i}`, reactor: 'bob' }));
  await recordReactions(own.redis, APP, reactions, HOUR);
  expect(await findReaction(own.redis, APP, 'r7')).toMatchObject({ messageId: 'm7' });
  expect(await oldestOpen(own.redis, APP, SHARDS)).toBe(NOW);
  const days = await readBucketDays(own.redis, SHARDS, NOW);
  expect(days).toEqual([{ appId: APP, day: dayOf(NOW) }]);
  for (const day of days) await dropBucketDay(own.redis, day, SHARDS);
  expect(await findReaction(own.redis, APP, 'r7')).toBeUndefined();
  expect(await findEvent(own.redis, APP, 'msg-7')).toBeUndefined();
});
