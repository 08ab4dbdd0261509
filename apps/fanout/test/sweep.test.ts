import { type EventRef, packId } from '@fanfare/core';
import {
  advance,
  changeLane,
  claimDueEvents,
  findDeadLetters,
  planSlice,
  reopen,
  settle,
  stuckSinceLastLook,
} from '@fanfare/ledger';
import { ActiveApps, LockRenewal, work } from '@fanfare/queue';
import { startTestRedis, until } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { FanoutDeps } from '../src/deps.ts';
import { handleEvent } from '../src/handle-event.ts';
import { SWEEP_TIMES, sweep } from '../src/sweep.ts';
import { accept, aGroupMessage, countsOf, queued, queuedFor, takeJob } from './support/events.ts';
import { APP, type Fanout, HOUR, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.flushall();
  await seedApp(redis, ['bob', 'carol']);
});

/** Looks at every open event, as late as the sweeper looks at one again. */
async function look(fanout: Fanout): Promise<void> {
  fanout.clock.advance(SWEEP_TIMES.againMs);
  await sweep(fanout, SWEEP_TIMES);
}

/** An event that is planned and queued, and that the sweeper has seen so. */
async function expanded(fanout: Fanout) {
  const { ref, accepted } = await accept(redis, aGroupMessage());
  await handleEvent(fanout, { shard: 0, lane: 'chat' }, await takeJob(redis, ref));
  await look(fanout);
  return { ref, accepted };
}

/** A clock with which a run is out of time after a few dozen looks at it. */
function fastClock(): () => number {
  let time = Date.now() + HOUR / 2;
  return () => {
    time += 100;
    return time;
  };
}

/** An event with a delivery in each of many slices, none of which is queued. */
async function manySlices(fanout: FanoutDeps, slices: number): Promise<EventRef> {
  const { ref } = await accept(redis, aGroupMessage());
  const { lock } = await takeJob(redis, ref);
  for (let first = 0; first < slices; first++) {
    const recipients = [{ kind: 'send', uid: `user-${first}`, targets: [{ provider: 'custom' }] }] as const;
    const slice = { first, cursor: '', last: first === slices - 1, recipients, packSize: 1 };
    await planSlice(redis, ref, APP, first, slice);
    await advance(redis, ref, lock, first, slice, fanout.now());
  }
  return ref;
}

const lose = (fanout: Fanout, { key }: EventRef, ordinal: number) =>
  fanout.producer.remove('deliveries-custom', 'chat', 0, `${key}-${ordinal}`);

const eventJob = async (fanout: Fanout, { key }: EventRef) =>
  (await fanout.producer.presence('events', 'chat', 0, [key]))[0];

describe('the job of an event', () => {
  test('that was lost between acceptance and queue is restored', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, aGroupMessage());
    await sweep(fanout, SWEEP_TIMES);
    expect(await eventJob(fanout, ref)).toBe('missing');
    await look(fanout);
    expect(await eventJob(fanout, ref)).toBe('present');
  });

  test('that failed because of a bug is replaced', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, aGroupMessage());
    await fanout.producer.addEvents(0, 'chat', [ref]);
    // A worker to which no job is of the right shape: it fails them at once.
    const queue = { redis, kind: 'events', lane: 'chat', shard: 0 } as const;
    const renewal = new LockRenewal(redis, () => undefined);
    const broken = work({
      ...queue,
      shared: { renewal, poll: undefined, apps: new ActiveApps() },
      concurrency: 1,
      schema: z.never(),
      handle: async () => ({ do: 'done' }),
      onError: () => undefined,
    });
    await until(async () => (await eventJob(fanout, ref)) === 'failed', 'the job has failed');
    await broken.close(1000);
    await renewal.close();
    await look(fanout);
    expect(await eventJob(fanout, ref)).toBe('present');
    expect(fanout.sweepCounts).toEqual({ restored: 1, expired: 0, trimmed: 0 });
  });

  test('is not restored while the event is progressing', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await expanded(fanout);
    await lose(fanout, ref, 0);
    await settle(redis, ref, APP, [{ ordinal: 1, provider: 'custom', state: 'accepted' }], fanout.now());
    await look(fanout);
    expect(await queuedFor(redis, ref)).toEqual(['carol']);
    await look(fanout);
    expect(await queuedFor(redis, ref)).toEqual(['bob', 'carol']);
  });
});

describe('deliveries', () => {
  test('whose jobs are lost are restored, marked to be checked first; the others are left alone', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await expanded(fanout);
    await lose(fanout, ref, 0);
    await look(fanout);
    expect(await queued(redis, ref)).toMatchObject([
      { uid: 'bob', addedAgain: true },
      { uid: 'carol', addedAgain: undefined },
    ]);
  });

  test('that share a lost job are counted as one job', async () => {
    await using fanout = startFanout(redis, { packSizes: { call: 1, chat: 2, bulk: 1 } });
    const { ref } = await expanded(fanout);
    await fanout.producer.remove('deliveries-custom', 'chat', 0, packId(ref.key, 0, 2));
    await look(fanout);
    expect(await queuedFor(redis, ref)).toEqual(['bob', 'carol']);
    expect(fanout.sweepCounts).toEqual({ restored: 1, expired: 0, trimmed: 0 });
  });

  test('that are settled are not restored', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await expanded(fanout);
    await settle(redis, ref, APP, [{ ordinal: 0, provider: 'custom', state: 'accepted' }], fanout.now());
    await lose(fanout, ref, 0);
    for (let looks = 0; looks < 3; looks++) await look(fanout);
    expect(await queuedFor(redis, ref)).toEqual(['carol']);
  });

  test('of a slice that a worker may be queueing right now are left alone', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, aGroupMessage());
    const recipients = [{ kind: 'send', uid: 'bob', targets: [{ provider: 'custom' }] }] as const;
    await planSlice(redis, ref, APP, 0, { first: 0, cursor: 'bob', last: false, recipients, packSize: 1 });
    for (let looks = 0; looks < 3; looks++) await look(fanout);
    expect(await queuedFor(redis, ref)).toEqual([]);
    expect(await eventJob(fanout, ref)).toBe('present');
  });

  test('of an event with many slices are restored run by run, each from where the last one stopped', async () => {
    await using fanout = startFanout(redis, { now: fastClock() });
    const ref = await manySlices(fanout, 65);
    const restored: number[] = [];
    for (let runs = 0; runs < 12 && restored.at(-1) !== 65; runs++) {
      await sweep(fanout, { ...SWEEP_TIMES, againMs: 1 });
      restored.push((await queued(redis, ref)).length);
    }
    expect(restored.at(-1)).toBe(65);
    expect(restored.some((count) => count > 0 && count < 65)).toBe(true);
  });

  test('of an event with many slices are all restored although the first ones are settled meanwhile', async () => {
    await using fanout = startFanout(redis, { now: fastClock() });
    const ref = await manySlices(fanout, 65);
    expect(await stuckSinceLastLook(redis, [ref])).toEqual([]);
    for (let runs = 0; runs < 12; runs++) {
      // Were the check to stop half-way, the next one would come too late.
      await sweep(fanout, { ...SWEEP_TIMES, againMs: HOUR });
      const ordinal = (await queued(redis, ref))[runs]?.ordinal;
      if (ordinal === undefined) continue;
      await settle(redis, ref, APP, [{ ordinal, provider: 'custom', state: 'accepted' }], fanout.now());
    }
    expect(await queued(redis, ref)).toHaveLength(65);
  });

  test('of an event that became bulk are found in the chat queue, where they began', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await expanded(fanout);
    await changeLane(redis, ref, 'chat', 'bulk');
    for (let looks = 0; looks < 3; looks++) await look(fanout);
    expect(await queuedFor(redis, ref, 'deliveries-custom-bulk')).toEqual([]);
  });

  test('that no sender takes expire a minute after their deadline', async () => {
    await using fanout = startFanout(redis);
    const { ref, accepted } = await expanded(fanout);
    fanout.clock.set(accepted.leaveBy + 59_000 - SWEEP_TIMES.againMs);
    await look(fanout);
    expect(await countsOf(redis, ref)).toMatchObject({ pending: 2 });
    await look(fanout);
    expect(await countsOf(redis, ref)).toEqual({ audience: 2, planned: 2, expired: 2 });
    expect(fanout.sweepCounts).toEqual({ restored: 0, expired: 2, trimmed: 0 });
  });

  test('that were replayed use the deadline of their replay', async () => {
    await using fanout = startFanout(redis);
    const { ref, accepted } = await expanded(fanout);
    const letter = {
      eventId: accepted.event.id,
      uid: 'bob',
      provider: 'custom',
      reason: 'http_400',
      attempts: 1,
    } as const;
    const rejected = { ordinal: 0, provider: 'custom', state: 'rejected', deadLetter: letter } as const;
    await settle(redis, ref, APP, [rejected], fanout.now());
    await lose(fanout, ref, 0);
    fanout.clock.set(accepted.leaveBy + 60_000);
    const deadline = fanout.now() + HOUR;
    for (const found of await findDeadLetters(redis, APP, 1, [`${ref.key}-0`])) {
      await reopen(redis, APP, found, { now: fanout.now(), deadline, sweepAt: fanout.now() });
    }
    await look(fanout);
    expect(await countsOf(redis, ref)).toEqual({ audience: 2, planned: 2, pending: 1, expired: 1 });
    expect(await queued(redis, ref)).toMatchObject([{ uid: 'bob', addedAgain: true, deadlineAt: deadline }, {}]);
  });
});

test('an event whose record has expired is not checked again', async () => {
  await using fanout = startFanout(redis);
  const { ref } = await accept(redis, aGroupMessage());
  await redis.del(`{p0}:ev:${ref.key}`);
  await look(fanout);
  const later = { now: fanout.now() + HOUR, again: fanout.now() + HOUR };
  expect(await claimDueEvents(redis, 0, 'chat', later)).toEqual([]);
  expect(await eventJob(fanout, ref)).toBe('missing');
});

test('a process that is stopping leaves the rest to others', async () => {
  await using fanout = startFanout(redis, { stopping: AbortSignal.abort() });
  const { ref } = await accept(redis, aGroupMessage());
  await look(fanout);
  expect(await eventJob(fanout, ref)).toBe('missing');
});
