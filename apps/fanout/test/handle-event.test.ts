import { newAppId } from '@fanfare/core';
import { FencedError, planSlice, readCursor, settle } from '@fanfare/ledger';
import {
  changeApp,
  createApp,
  createUser,
  deleteApp,
  followersAmong,
  membersAmong,
  readUnreadOf,
  removeMembers,
} from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { handleEvent } from '../src/handle-event.ts';
import { dyingClient } from './support/dying-client.ts';
import { accept, aGroupAction, aGroupMessage, countsOf, queued, queuedFor, takeJob } from './support/events.ts';
import { APP, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => redis.flushall());

const CHAT = { shard: 0, lane: 'chat' } as const;

describe('a turn', () => {
  test('queues every member except the sender, slice by slice, and is done after the last', async () => {
    await seedApp(redis, ['alice', 'bob', 'carol', 'dave']);
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, aGroupMessage());
    expect(await handleEvent(fanout, CHAT, await takeJob(redis, ref))).toEqual({ do: 'done' });
    expect(await queuedFor(redis, ref)).toEqual(['bob', 'carol', 'dave']);
    expect(await countsOf(redis, ref)).toEqual({ audience: 3, planned: 3, pending: 3 });
  });

  test('yields to other events after four slices', async () => {
    await seedApp(redis, ['bob', 'carol', 'dave', 'erin', 'frank']);
    await using fanout = startFanout(redis, { sliceSize: 1 });
    const { ref } = await accept(redis, aGroupMessage());
    const job = await takeJob(redis, ref);
    expect(await handleEvent(fanout, CHAT, job)).toEqual({ do: 'wait', delayMs: 1 });
    expect(await queuedFor(redis, ref)).toEqual(['bob', 'carol', 'dave', 'erin']);
    await handleEvent(fanout, CHAT, { ...job, startedBefore: true });
    expect(await queuedFor(redis, ref)).toEqual(['bob', 'carol', 'dave', 'erin', 'frank']);
  });

  test('hands the event back, with nothing planned, when the process is stopping', async () => {
    await seedApp(redis, ['bob']);
    await using fanout = startFanout(redis, { stopping: AbortSignal.abort() });
    const { ref } = await accept(redis, aGroupMessage());
    expect(await handleEvent(fanout, CHAT, await takeJob(redis, ref))).toEqual({ do: 'wait', delayMs: 1 });
    expect(await countsOf(redis, ref)).toEqual({});
  });

  test('skips an event that has moved to another lane, is fully planned, or has expired', async () => {
    await seedApp(redis, ['bob']);
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, aGroupMessage(), { lane: 'bulk' });
    expect(await handleEvent(fanout, CHAT, await takeJob(redis, ref))).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toEqual({});
    const job = await takeJob(redis, ref, { lane: 'bulk' });
    for (const _ of [1, 2]) expect(await handleEvent(fanout, { ...CHAT, lane: 'bulk' }, job)).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toMatchObject({ audience: 1, planned: 1 });
    await redis.flushall();
    expect(await handleEvent(fanout, CHAT, job)).toEqual({ do: 'done' });
  });
});

describe('a worker that has lost the lock', () => {
  test('plans nothing once it knows', async () => {
    await seedApp(redis, ['bob']);
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, aGroupMessage());
    const job = await takeJob(redis, ref, { signal: AbortSignal.abort() });
    await expect(handleEvent(fanout, CHAT, job)).rejects.toThrow(FencedError);
    expect(await countsOf(redis, ref)).toEqual({});
  });

  test('plans nothing if it does not know either, and the next worker does all', async () => {
    await seedApp(redis, ['bob', 'carol', 'dave']);
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, aGroupMessage());
    const late = await takeJob(redis, ref);
    const next = await takeJob(redis, ref, { startedBefore: true });
    await expect(handleEvent(fanout, CHAT, late)).rejects.toThrow(FencedError);
    expect(await readCursor(redis, ref)).toMatchObject({ slice: 0, next: 0 });
    expect(await queuedFor(redis, ref)).toEqual([]);
    await handleEvent(fanout, CHAT, next);
    expect(await queuedFor(redis, ref)).toEqual(['bob', 'carol', 'dave']);
    expect(await countsOf(redis, ref)).toEqual({ audience: 3, planned: 3, pending: 3 });
  });
});

describe('the next worker', () => {
  const REPLY = aGroupMessage({ message: { id: '102', text: 'you?', parentId: '101', mentions: ['bob'] } });

  test('finishes the event exactly once, whichever command the previous one was killed at', async () => {
    let killed = 0;
    for (let commands = 0; commands === killed; commands++) {
      await redis.flushall();
      await seedApp(redis, ['alice', 'bob', 'carol', 'dave'], { badge: true });
      // Only users who have a record follow threads.
      for (const uid of ['alice', 'bob']) await createUser(redis, APP, uid, 1);
      const { ref } = await accept(redis, REPLY);
      const dying = await dyingClient(own.url, commands);
      await using doomed = startFanout(dying);
      await handleEvent(doomed, CHAT, await takeJob(redis, ref)).catch(() => killed++);
      if (dying.status === 'ready') dying.disconnect();
      await using fanout = startFanout(redis);
      const next = await takeJob(redis, ref, { startedBefore: true });
      expect(await handleEvent(fanout, CHAT, next)).toEqual({ do: 'done' });
      expect(await queuedFor(redis, ref)).toEqual(['bob', 'carol', 'dave']);
      expect(await countsOf(redis, ref)).toEqual({ audience: 3, planned: 3, pending: 3 });
      expect(await readUnreadOf(redis, APP, ['alice', 'bob', 'carol', 'dave'])).toEqual([0, 1, 1, 1]);
      expect(await followersAmong(redis, APP, '101', ['alice', 'bob', 'carol'])).toEqual(new Set(['alice', 'bob']));
    }
    // Fewer than this, and the turn ended before it was killed often enough to prove anything.
    expect(killed).toBeGreaterThan(10);
  });

  test('continues the planned slice even if members have left since, and skips settled deliveries', async () => {
    await seedApp(redis, ['bob', 'carol', 'dave']);
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, aGroupMessage());
    const recipients = ['bob', 'carol'].map(
      (uid) => ({ kind: 'send', uid, targets: [{ provider: 'custom' }] }) as const,
    );
    await planSlice(redis, ref, APP, 0, { first: 0, cursor: 'carol', last: false, recipients, packSize: 1 });
    await settle(redis, ref, APP, [{ ordinal: 0, provider: 'custom', state: 'accepted' }], fanout.now());
    await removeMembers(redis, APP, 'hiking', ['carol']);
    await handleEvent(fanout, CHAT, await takeJob(redis, ref, { startedBefore: true }));
    expect(await queued(redis, ref)).toMatchObject([
      { uid: 'carol', ordinal: 1, addedAgain: true },
      { uid: 'dave', ordinal: 2, addedAgain: undefined },
    ]);
  });

  test('does not apply the event again: a member who was added and has left since stays out', async () => {
    await seedApp(redis, ['bob', 'carol']);
    await using fanout = startFanout(redis, { sliceSize: 1 });
    const { ref } = await accept(redis, aGroupAction('group.member_added', 'dave', 'erin', 'frank'));
    const job = await takeJob(redis, ref);
    expect(await handleEvent(fanout, CHAT, job)).toMatchObject({ do: 'wait' });
    await removeMembers(redis, APP, 'hiking', ['frank']);
    await handleEvent(fanout, CHAT, { ...job, startedBefore: true });
    expect(await membersAmong(redis, APP, 'hiking', ['dave', 'erin', 'frank'])).toEqual(['dave', 'erin']);
  });
});

describe('an event of a deleted app', () => {
  const JOINED = aGroupAction('group.member_joined', 'bob');

  test('notifies no one and changes nothing', async () => {
    await seedApp(redis, ['carol']);
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, JOINED);
    await deleteApp(redis, APP);
    expect(await handleEvent(fanout, CHAT, await takeJob(redis, ref))).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toEqual({});
    expect(await membersAmong(redis, APP, 'hiking', ['bob'])).toEqual([]);
  });

  test('does neither to an app created later under its public id', async () => {
    await seedApp(redis, ['carol']);
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, JOINED);
    await deleteApp(redis, APP);
    const next = newAppId(APP, () => 0);
    await createApp(redis, { appId: next, name: 'New', region: 'us', pushEnabled: true, createdAt: fanout.now() });
    expect(await handleEvent(fanout, CHAT, await takeJob(redis, ref))).toEqual({ do: 'done' });
    expect(await queuedFor(redis, ref)).toEqual([]);
    for (const appId of [APP, next]) expect(await membersAmong(redis, appId, 'hiking', ['bob'])).toEqual([]);
  });
});

test('the members of an app whose push is off are counted as suppressed', async () => {
  await seedApp(redis, ['bob']);
  await using fanout = startFanout(redis);
  await changeApp(redis, APP, { pushEnabled: false });
  const { ref } = await accept(redis, aGroupMessage());
  await handleEvent(fanout, CHAT, await takeJob(redis, ref));
  expect(await countsOf(redis, ref)).toEqual({ audience: 1, PUSH_DISABLED: 1 });
});
