import type { EventRef } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { packFinished, readCursor, readEvent, readProgress, readRecord, readSlice, rowsOf } from '../../src/index.ts';
import { becomes, left, NOW, planned, reached, settleAll, users } from '../support/events.ts';

const LATER = NOW + 60_000;

/** What `readRecord` returns, as the functions for single questions answer it. */
async function answers({ redis }: TestRedis, ref: EventRef) {
  const [accepted, progress, cursor, slice] = await Promise.all([
    readEvent(redis, ref),
    readProgress(redis, ref),
    readCursor(redis, ref),
    readSlice(redis, ref, 0),
  ]);
  const rows = slice && (await rowsOf(redis, ref, slice));
  return { accepted, finishedAt: progress?.finishedAt, slices: cursor?.slice, rows };
}

test.each([
  ['a small', [reached('bob'), left('cara', 'DND_PREFERENCE'), reached('dan')]],
  ['a large', [...users(200), left('cara')]],
  ['an unsent', [left('bob')]],
])('%s event reads the same at once as by single questions, packed or not', async (_, recipients) => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, recipients);
  const deliveries = recipients.filter(({ kind }) => kind === 'send');
  await settleAll(
    own.redis,
    ref,
    deliveries.map((__, ordinal) => becomes(ordinal, ordinal === 1 ? 'superseded' : 'accepted')),
  );
  expect(await readRecord(own.redis, ref)).toEqual(await answers(own, ref));
  await packFinished(own.redis, 0, LATER, 100);
  expect(await readRecord(own.redis, ref)).toEqual(await answers(own, ref));
});

test('a packed event is read in one command', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, [reached('bob'), left('cara')]);
  await settleAll(own.redis, ref, [becomes(0, 'accepted')]);
  await packFinished(own.redis, 0, LATER, 100);
  await own.redis.config('RESETSTAT');
  expect((await readRecord(own.redis, ref))?.rows).toHaveLength(2);
  const commands = (await own.redis.info('commandstats')).match(/cmdstat_(\w+).*calls=\d+/g);
  expect(commands?.filter((line) => !/config|info/.test(line)).map((line) => line.split(',')[0])).toEqual([
    'cmdstat_hgetall:calls=1',
  ]);
});

test('what has gone is undefined', async () => {
  await using own = await startTestRedis();
  expect(await readRecord(own.redis, { key: 'e0000000000000000', shard: 0 })).toBeUndefined();
});
