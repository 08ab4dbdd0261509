import { randomBytes } from 'node:crypto';
import { type EventRef, newEventKey } from '@fanfare/core';
import { advance, packFinished, planSlice, readEvent, settle } from '@fanfare/ledger';
import { readFullness } from '@fanfare/redis';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SWEEP_TIMES, sweep } from '../src/sweep.ts';
import { sweepMemory } from '../src/sweep-memory.ts';
import { accept, aGroupMessage, takeJob } from './support/events.ts';
import { APP, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.config('SET', 'maxmemory', '0');
  await redis.flushall();
  await seedApp(redis);
});

/** Limits the memory so that so much of it is used now. */
async function fill(share: number): Promise<void> {
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(Math.round(used / share)));
}

/** A message to bob that was received so many minutes ago; its delivery ends in this state, if any. */
async function message(minutesAgo: number, state?: 'accepted'): Promise<EventRef> {
  const receivedAt = Date.now() - minutesAgo * 60_000;
  const key = newEventKey(receivedAt, Math.random);
  const text = { id: '1', type: 'text', text: randomBytes(400).toString('base64') };
  const { ref } = await accept(redis, aGroupMessage({ message: text }), { key, receivedAt });
  const recipients = [{ kind: 'send', uid: 'bob', targets: [{ provider: 'custom' }] } as const];
  const slice = { first: 0, cursor: '', last: true, recipients, packSize: 1 };
  await planSlice(redis, ref, APP, 0, slice);
  await advance(redis, ref, (await takeJob(redis, ref)).lock, 0, slice);
  if (state) await settle(redis, ref, APP, [{ ordinal: 0, provider: 'custom', state }], Date.now());
  return ref;
}

const exist = (refs: EventRef[]) => Promise.all(refs.map(async (ref) => (await readEvent(redis, ref)) !== undefined));

describe('finished events', () => {
  const makeMany = async () => {
    const refs: EventRef[] = [];
    for (let n = 600; n > 0; n -= 50) {
      refs.push(...(await Promise.all(Array.from({ length: 50 }, (_, i) => message(n - i, 'accepted')))));
    }
    await packFinished(redis, 0, Date.now() + 60_000, 1000);
    return refs;
  };

  test('leave from 60 % on, the oldest first, until less is used; open ones stay', async () => {
    const open = await message(1000);
    const refs = await makeMany();
    await fill(0.61);
    await using fanout = startFanout(redis);
    await sweepMemory(fanout, 0);
    expect(await readFullness(redis)).toBeLessThan(0.6);
    const there = await exist(refs);
    const left = there.filter(Boolean).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(600);
    expect(there.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => false));
    expect(there.slice(-50)).toEqual(Array.from({ length: 50 }, () => left >= 50));
    expect(await exist([open])).toEqual([true]);
    const counted = /^fanfare_trimmed_events_total\{kind="chat"\} (\d+)$/m.exec((await fanout.metrics.render()).body);
    expect(Number(counted?.[1])).toBe(600 - left);
  });

  test('all leave if that is not enough, and open ones stay', async () => {
    const open = await message(1000);
    const refs = await makeMany();
    await fill(2);
    await using fanout = startFanout(redis);
    await sweepMemory(fanout, 0);
    expect((await exist(refs)).filter(Boolean)).toEqual([]);
    expect(await exist([open])).toEqual([true]);
  });

  test('leave even while Redis is so full that it refuses to look at open ones', async () => {
    await message(1000);
    const refs = await makeMany();
    await fill(2);
    await using fanout = startFanout(redis);
    await expect(sweep(fanout, SWEEP_TIMES)).rejects.toThrow('OOM');
    expect((await exist(refs)).filter(Boolean)).toEqual([]);
  });

  test('stay while there is room', async () => {
    const ref = await message(1000, 'accepted');
    await packFinished(redis, 0, Date.now() + 60_000, 1000);
    await fill(0.55);
    await using fanout = startFanout(redis);
    await sweepMemory(fanout, 0);
    expect(await exist([ref])).toEqual([true]);
  });
});
