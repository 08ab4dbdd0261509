import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import {
  ArchiveFencedError,
  claimArchive,
  dropErasures,
  isLogged,
  listDeadLetters,
  markArchived,
  packFinished,
  readArchiveBacklog,
  readErasures,
  readUnarchived,
  recordErasure,
  recordLogged,
  releaseArchive,
  reopen,
} from '../../src/index.ts';
import { APP, becomes, HOUR, NOW, planned, reached, settleAll } from '../support/events.ts';

const LATER = NOW + 60_000;

const fence = async ({ redis }: TestRedis, token = 'mine') =>
  (await claimArchive(redis, 1, { token, ttlMs: 60_000 })) ?? 0;

async function rejected({ redis }: TestRedis) {
  const ref = await planned(redis, [reached('bob')]);
  await settleAll(redis, ref, [becomes(0, 'rejected')]);
  await packFinished(redis, 0, LATER, 100, { archive: true });
  return ref;
}

test('what has finished is listed for the archive until it is archived', async () => {
  await using own = await startTestRedis();
  const ref = await rejected(own);
  const [waiting, ...more] = await readUnarchived(own.redis, 0, 10);
  expect(more).toEqual([]);
  expect(waiting).toMatchObject(ref);
  expect(await readArchiveBacklog(own.redis, 1)).toEqual({ events: 1, since: waiting?.doneAt });
  expect(await markArchived(own.redis, await fence(own), 0, waiting ? [waiting] : [])).toBe(1);
  expect(await readArchiveBacklog(own.redis, 1)).toEqual({ events: 0 });
});

test('an event that finishes again while it is archived is archived again', async () => {
  await using own = await startTestRedis();
  await rejected(own);
  const before = await readUnarchived(own.redis, 0, 10);
  const [letter] = (await listDeadLetters(own.redis, APP, 1, { limit: 1 })).letters;
  if (!letter) throw new Error('no dead letter');
  await reopen(own.redis, APP, letter, { now: LATER, deadline: LATER + HOUR, sweepAt: LATER + HOUR });
  await settleAll(own.redis, letter.ref, [becomes(0, 'accepted')], LATER + 1);
  await packFinished(own.redis, 0, LATER + 60_000, 100, { archive: true });
  expect(await markArchived(own.redis, await fence(own), 0, before)).toBe(0);
  expect((await readUnarchived(own.redis, 0, 10))[0]?.doneAt).toBeGreaterThan(before[0]?.doneAt ?? 0);
});

test('without an archive nothing is listed for it', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, [reached('bob')]);
  await settleAll(own.redis, ref, [becomes(0, 'accepted')]);
  expect(await packFinished(own.redis, 0, LATER, 100)).toBe(1);
  expect(await readArchiveBacklog(own.redis, 1)).toEqual({ events: 0 });
});

test('an erasure waits until it is done, and again when it is repeated meanwhile', async () => {
  await using own = await startTestRedis();
  const bob = { appId: APP, uid: 'bob', at: NOW };
  const app = { appId: 'gone', at: NOW + 1 };
  await recordErasure(own.redis, bob);
  await recordErasure(own.redis, app);
  expect(await readErasures(own.redis, 10)).toEqual([bob, app]);
  await recordErasure(own.redis, { ...bob, at: NOW + 2 });
  await dropErasures(own.redis, [bob, app]);
  expect(await readErasures(own.redis, 10)).toEqual([{ ...bob, at: NOW + 2 }]);
});

test('an event is known to be logged or not', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, [reached('bob')]);
  expect(await isLogged(own.redis, APP, ref)).toBe(false);
  await recordLogged(own.redis, APP, [ref], HOUR);
  expect(await isLogged(own.redis, APP, ref)).toBe(true);
});

test('one process archives at a time, and an earlier one that did not notice is stopped', async () => {
  await using own = await startTestRedis();
  await rejected(own);
  const waiting = await readUnarchived(own.redis, 0, 10);
  const first = await fence(own, 'first');
  expect(await fence(own, 'first')).toBe(first);
  expect(await claimArchive(own.redis, 1, { token: 'second', ttlMs: 60_000 })).toBeUndefined();
  await releaseArchive(own.redis, 'second');
  expect(await claimArchive(own.redis, 1, { token: 'second', ttlMs: 60_000 })).toBeUndefined();
  await releaseArchive(own.redis, 'first');
  const second = await fence(own, 'second');
  expect(second).toBeGreaterThan(first);
  await expect(markArchived(own.redis, first, 0, waiting)).rejects.toThrow(ArchiveFencedError);
  expect(await markArchived(own.redis, second, 0, waiting)).toBe(1);
});
