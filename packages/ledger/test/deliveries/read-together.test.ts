import type { EventRef } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, expect, test } from '@jest/globals';
import { packFinished, readEvent, readSlice, readStates, readTogether } from '../../src/index.ts';
import { becomes, left, NOW, planned, reached, settleAll, users } from '../support/events.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());

let events = 0;

/** A planned event of its own id. */
const next = (recipients: Parameters<typeof planned>[1]) => planned(redis, recipients, { id: `msg-${events++}` });

const readsOf = ({ key }: EventRef) => [
  { kind: 'event' as const, key },
  { kind: 'slice' as const, key, number: 0 },
  { kind: 'states' as const, key, ordinals: [1, 0] },
];

const oneByOne = async (ref: EventRef) => [
  await readEvent(redis, ref),
  await readSlice(redis, ref, 0),
  await readStates(redis, ref, [1, 0]),
];

test('what is read together is as it is read alone: open, packed, expired, of few and of many events', async () => {
  const open = await next([reached('bob'), left('cara', 'DND_PREFERENCE'), reached('dan')]);
  const large = await next(users(200));
  const packed = await next([reached('bob'), reached('dan')]);
  await settleAll(redis, packed, [becomes(0, 'accepted'), becomes(1, 'superseded')]);
  await packFinished(redis, 0, NOW + 60_000, 100);
  const refs = [open, large, packed, { shard: 0, key: 'em5x8k2a0expired' }];
  const alone = await Promise.all(refs.map(oneByOne));
  const together = await readTogether(redis, 0, refs.flatMap(readsOf));
  expect(await Promise.all(together)).toEqual(alone.flat());
  for (const [i, ref] of refs.entries()) {
    expect(await Promise.all(await readTogether(redis, 0, readsOf(ref)))).toEqual(alone[i]);
  }
});

test('one that cannot be read fails alone', async () => {
  const ref = await next([reached('bob')]);
  await redis.hset('{p0}:ev:newer', { at: NOW, ev2: 'a format to come' });
  const reads = [{ kind: 'event' as const, key: 'newer' }, ...readsOf(ref)];
  const [newer, ...others] = await readTogether(redis, 0, reads);
  await expect(newer).rejects.toThrow('a format that this version does not know');
  expect(await Promise.all(others)).toEqual(await oneByOne(ref));
});

test('one that cannot be read is no unhandled rejection, however many are read with it', async () => {
  await redis.hset('{p0}:ev:broken', { at: NOW, app: 'demo', lane: 'chat', ev: '1 2 3 \n{' });
  const gone = Array.from({ length: 900 }, (_, i) => ({ kind: 'event' as const, key: `gone${i}` }));
  const [broken, ...others] = await readTogether(redis, 0, [{ kind: 'event', key: 'broken' }, ...gone]);
  await expect(broken).rejects.toThrow('JSON');
  expect(new Set(await Promise.all(others))).toEqual(new Set([undefined]));
});

test('many are read by one command', async () => {
  const refs = await Promise.all(Array.from({ length: 7 }, () => next([reached('bob')])));
  await redis.config('RESETSTAT');
  await Promise.all(await readTogether(redis, 0, refs.flatMap(readsOf)));
  const stats = await redis.info('commandstats');
  expect(/cmdstat_evalsha:calls=(\d+),.*rejected_calls=0,failed_calls=0/.exec(stats)?.[1]).toBe('1');
});
