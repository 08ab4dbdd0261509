import type { EventRef } from '@fanfare/core';
import { Producer } from '@fanfare/queue';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  acceptEvents,
  advance,
  type HandOver,
  handOver,
  type PlannedSlice,
  packsOf,
  planSlice,
  readCursor,
  readLoad,
  readSlice,
} from '../../src/index.ts';
import {
  APP,
  accepted,
  countsOf,
  keysOf,
  left,
  lockOf,
  NOW,
  slice,
  stateOf,
  stored,
  users,
} from '../support/events.ts';

const own = await startTestRedis({ args: ['--appendonly', 'no'] });
const { redis } = own;
const producer = new Producer(redis);
afterAll(async () => {
  await producer.close();
  await own[Symbol.asyncDispose]();
});
beforeEach(() => redis.flushall());

const TO = { shard: 0, lane: 'chat', appId: APP } as const;

/** A slice of an event whose job this worker has. */
async function held(ref: EventRef, over: Partial<HandOver> & { slice: PlannedSlice }): Promise<HandOver> {
  const { number = 0 } = over;
  const jobs = packsOf(over.slice).map(({ deliveries: [{ ordinal }, ...others] }) => ({
    eventKey: ref.key,
    slice: number,
    ordinal,
    count: others.length + 1,
  }));
  const prepared = jobs.length > 0 ? [producer.prepareDeliveries(0, 'custom', 'chat', jobs)] : [];
  return { key: ref.key, lock: await lockOf(redis, ref), number, jobs: prepared, ...over };
}

/** The jobs of a queue in the order in which they are taken. */
const queued = (queue: string) => redis.zrange(`{p0}:${queue}:prioritized`, '0', '-1');

describe('handing a slice over', () => {
  test.each([1, 7, 100])('plans it, adds its jobs and moves the cursor, with packs of %i', async (packSize) => {
    const ref = await stored(redis);
    const all = slice([...users(10), left('ann')], { packSize });
    expect(await handOver(redis, TO, [await held(ref, { slice: all })], NOW)).toEqual([{ kind: 'done' }]);
    expect(await readSlice(redis, ref, 0)).toEqual(all);
    expect(await readCursor(redis, ref)).toMatchObject({ slice: 1, next: 10, full: true, admission: undefined });
    expect(await countsOf(redis, ref)).toEqual({
      audience: 11,
      planned: 10,
      pending: 10,
      suppressed: { NO_TARGET: 1 },
    });
    expect((await readLoad(redis, APP, ['custom'], 1)).get('custom')).toBe(10);
    expect(await queued('deliveries-custom-chat')).toHaveLength(Math.ceil(10 / packSize));
    expect(await redis.hgetall('{p0}:adm:chat')).toEqual({});
  });

  test('goes on with the next slice, and ends an event that notifies no one', async () => {
    const ref = await stored(redis);
    const first = slice(users(2), { last: false });
    const second = slice([left('ann')], { first: 2 });
    await handOver(redis, TO, [await held(ref, { slice: first })], NOW);
    expect(await readCursor(redis, ref)).toMatchObject({ slice: 1, next: 2, full: false, admission: 'admitted' });
    await handOver(redis, TO, [await held(ref, { slice: second, number: 1 })], NOW);
    expect(await stateOf(redis, ref)).toBe('delivering');
    const quiet = await stored(redis, { id: 'quiet' });
    await handOver(redis, TO, [await held(quiet, { slice: slice([left('ann')]) })], NOW);
    expect(await stateOf(redis, quiet)).toBe('done');
  });

  test('does nothing for a worker that has lost the lock, or whose slice another has passed', async () => {
    const ref = await stored(redis);
    const one = await held(ref, { slice: slice(users(2)) });
    await lockOf(redis, ref, 'theirs');
    expect(await handOver(redis, TO, [one], NOW)).toEqual([{ kind: 'fenced' }]);
    expect(await countsOf(redis, ref)).toEqual({});
    expect(await queued('deliveries-custom-chat')).toEqual([]);
    const gone = { key: 'em5x8k2a0zzzzzz', shard: 0 };
    expect(await handOver(redis, TO, [await held(gone, { slice: slice([]) })], NOW)).toEqual([{ kind: 'fenced' }]);
    const ahead = await held(ref, { slice: slice(users(1)), number: 1 });
    expect(await handOver(redis, TO, [ahead], NOW)).toEqual([{ kind: 'fenced' }]);
  });

  test('answers with the slice of a worker that planned it and was cut off', async () => {
    const ref = await stored(redis);
    const theirs = slice(users(2));
    await planSlice(redis, ref, APP, 0, theirs);
    const mine = await held(ref, { slice: slice(users(3)) });
    expect(await handOver(redis, TO, [mine], NOW)).toEqual([{ kind: 'planned', slice: theirs }]);
    expect(await countsOf(redis, ref)).toEqual({ audience: 2, planned: 2, pending: 2 });
    await advance(redis, ref, mine.lock, 0, theirs);
    expect(await readCursor(redis, ref)).toMatchObject({ full: true });
  });

  test('stops when the app has as many deliveries ready as it may have, within one write', async () => {
    const refs = await Promise.all(['a', 'b', 'c', 'd'].map((id) => stored(redis, { id })));
    const slices = [users(799), users(1), users(1), [left('ann')]];
    const all = await Promise.all(
      refs.map((ref, i) => held(ref, { slice: slice(slices[i] ?? [], { packSize: 100 }) })),
    );
    expect(await handOver(redis, TO, all, NOW)).toEqual(['done', 'done', 'full', 'done'].map((kind) => ({ kind })));
    expect(await readCursor(redis, refs[2] as EventRef)).toMatchObject({ slice: 0, next: 0, admission: 'admitted' });
    expect((await readLoad(redis, APP, ['custom'], 1)).get('custom')).toBe(800);
  });
});

test('events that are handed over together admit those that wait, and add their jobs', async () => {
  const offers = Array.from({ length: 100 }, (_, i) => ({ accepted: accepted({ id: `e${i}`, receivedAt: NOW + i }) }));
  await acceptEvents(redis, offers, 1);
  const keys = keysOf(offers.map((offer) => offer.accepted));
  const all = await Promise.all(keys.slice(0, 20).map((key) => held({ key, shard: 0 }, { slice: slice(users(1)) })));
  expect(await handOver(redis, TO, all, NOW)).toEqual(all.map(() => ({ kind: 'done' })));
  expect(await queued('events-chat')).toEqual(keys.slice(64, 84));
  const { timestamp: _at, ...job } = await redis.hgetall(`{p0}:events-chat:${keys[64]}`);
  await producer.addEvents(0, 'bulk', [{ key: keys[64] as string, rank: Number(job.priority) }]);
  const { timestamp: _, ...same } = await redis.hgetall(`{p0}:events-bulk:${keys[64]}`);
  expect(job).toEqual(same);
  expect(await redis.hget('{p0}:adm:chat', APP)).toBe('64');
  const ordered = await queued('deliveries-custom-chat');
  expect(ordered).toEqual(keys.slice(0, 20).map((key) => expect.stringContaining(key)));
});
