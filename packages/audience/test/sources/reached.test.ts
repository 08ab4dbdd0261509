import type { EventRef, PlannedRecipient, Target } from '@fanfare/core';
import { advance, planSlice, type Settlement, settle } from '@fanfare/ledger';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { reachedSource } from '../../src/sources/reached.ts';
import { APP, accepted, store } from '../support/events.ts';
import { slicesOf, startWalk, type TestWalk } from '../support/walk.ts';

const own = await startTestRedis();
const { redis } = own;
const walk: TestWalk = startWalk();
afterAll(async () => {
  await walk[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});
beforeEach(() => redis.flushall());

const to = (uid: string, deviceId = 'phone'): PlannedRecipient => ({
  kind: 'send',
  uid,
  targets: [{ provider: 'fcm', deviceId } satisfies Target],
});

/** Plans the next slice of an event. */
async function plan(ref: EventRef, number: number, recipients: PlannedRecipient[], last: boolean): Promise<void> {
  const slice = { first: number, cursor: String(number), last, recipients, packSize: 1 };
  const lock = { key: `{p0}:events-chat:${ref.key}:lock`, token: 'fan-out' };
  await redis.set(lock.key, lock.token);
  await planSlice(redis, ref, APP, number, slice);
  await advance(redis, ref, lock, number, slice);
}

const settleAs = (ref: EventRef, ordinal: number, state: 'accepted' | 'expired' | 'superseded' | 'token_dead') =>
  settle(redis, ref, APP, [{ ordinal, provider: 'fcm', state } satisfies Settlement], Date.now());

const CALL = { type: 'call.initiated', call: { sessionId: 'v1', type: 'audio' } } as const;

describe('an edit', () => {
  const EDITED = { type: 'message.edited', message: { id: '101', text: 'ho' } };
  const EDIT = accepted(EDITED);

  test('is for the users whom the message has reached, may reach, or was held back from by an edit', async () => {
    const ref = await store(redis, accepted());
    await plan(
      ref,
      0,
      ['bob', 'carol', 'dave', 'erin'].map((uid) => to(uid)),
      true,
    );
    await settleAs(ref, 0, 'accepted');
    await settleAs(ref, 1, 'superseded');
    await settleAs(ref, 2, 'token_dead');
    const source = reachedSource(redis, ref, EDIT);
    expect(await slicesOf(source, walk)).toEqual([['bob', 'carol', 'erin']]);
    expect(await source.standing('erin')).toMatchObject({ kind: 'member' });
    expect(await source.standing('dave')).toEqual({ kind: 'absent', absence: 'not_reached' });
  });

  test('waits for the slices of the message that are still to be planned', async () => {
    const ref = await store(redis, accepted());
    await plan(ref, 0, [to('bob')], false);
    const source = reachedSource(redis, ref, EDIT);
    const first = await source.page(walk, '');
    expect(first).toMatchObject({ uids: ['bob'], last: false });
    const cursor = first.kind === 'page' ? first.cursor : '';
    expect(await source.page(walk, cursor)).toMatchObject({ kind: 'later' });
    await plan(ref, 1, [to('carol')], true);
    expect(await source.page(walk, cursor)).toMatchObject({ uids: ['carol'], last: true });
  });

  test('is for no one when the message has gone with its retention', async () => {
    const ref = await store(redis, accepted());
    await redis.flushall();
    expect(await slicesOf(reachedSource(redis, ref, EDIT), walk)).toEqual([[]]);
  });

  test('that names its recipients is for those among them', async () => {
    const ref = await store(redis, accepted());
    await plan(ref, 0, [to('bob'), to('carol')], true);
    const source = reachedSource(redis, ref, accepted({ ...EDITED, recipients: ['carol', 'dave'] }));
    expect(await slicesOf(source, walk)).toEqual([['carol']]);
    expect(await source.standing('bob')).toEqual({ kind: 'absent', absence: 'not_named' });
  });
});

describe('a cancelled call', () => {
  const CANCELLED = accepted({ ...CALL, type: 'call.cancelled' });

  test('waits for rings that are being sent, at the first look and for a moment, then takes them as rung', async () => {
    const ref = await store(redis, accepted(CALL));
    await plan(ref, 0, [to('bob')], true);
    const source = reachedSource(redis, ref, CANCELLED);
    const at = (age: number, isFirst: boolean) =>
      source.page({ ...walk, isFirst, now: () => CANCELLED.receivedAt + age }, '');
    expect(await at(60_000, true)).toMatchObject({ kind: 'later' });
    expect(await at(1000, false)).toMatchObject({ kind: 'later' });
    expect(await at(1500, false)).toMatchObject({ uids: ['bob'], rung: new Map([['bob', new Set(['phone'])]]) });
  });

  test('is for the users whom the ring did not reach in time as well, who have missed the call', async () => {
    const ref = await store(redis, accepted(CALL));
    await plan(ref, 0, [to('bob'), to('carol')], true);
    await settleAs(ref, 0, 'accepted');
    await settleAs(ref, 1, 'expired');
    const page = await reachedSource(redis, ref, CANCELLED).page(walk, '');
    expect(page).toMatchObject({ uids: ['bob', 'carol'], rung: new Map([['bob', new Set(['phone'])]]) });
  });
});
