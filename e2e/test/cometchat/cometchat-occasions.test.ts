import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as cc from '../support/cometchat.ts';
import { told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

const { ANDREW, GEORGE, HIKING } = cc;
const CAROL: cc.WirePerson = { uid: 'carol', name: 'Carol' };

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.backend.tellGroupActions();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  await system.backend.put(`/v3/groups/${HIKING.guid}`, {});
  await system.backend.loadMembers(HIKING.guid, [ANDREW.uid, GEORGE.uid]);
  await aMinuteLater();
  system.hook.clear();
});

/** Posts a webhook, waits until what it says is done, and tells whether it was new. */
async function post(body: unknown): Promise<string> {
  const { body: answer } = await system.backend.post('/v3/webhooks/cometchat', body);
  const [event] = answer.data.events;
  await system.done(event.id);
  return event.status;
}

/** As if more than a minute had passed. */
async function aMinuteLater(): Promise<void> {
  for (const key of await system.redis.redis.keys('occ:*')) await system.redis.redis.pexpire(key, 0);
}

const members = async () =>
  (await system.backend.get(`/v3/groups/${HIKING.guid}/members`)).body.data.map(({ uid }: { uid: string }) => uid);
const blockedBy = async (uid: string) =>
  (await system.backend.get(`/v3/users/${uid}/blockedusers`)).body.data.map((user: { uid: string }) => user.uid);

const joins = cc.grouped('group_member_joined', CAROL);
const leaves = cc.grouped('group_member_left', CAROL);

describe('a group action without an id', () => {
  test('that is posted again for want of an answer notifies once', async () => {
    expect([await post(joins), await post(joins), await post(joins)]).toEqual(['accepted', 'duplicate', 'duplicate']);
    expect(told(system)).toEqual([ANDREW.uid, GEORGE.uid].map((uid) => `${uid}: Carol has joined`));
  });

  test('that is undone and done again counts each time, and its repeats do not', async () => {
    for (const body of [joins, leaves, joins]) {
      expect([await post(body), await post(body)]).toEqual(['accepted', 'duplicate']);
    }
    expect(await members()).toEqual(['carol', ANDREW.uid, GEORGE.uid].sort());
    expect(told(system)).toHaveLength(2 * 3);
    expect(await post(leaves)).toBe('accepted');
    expect(await members()).toEqual([ANDREW.uid, GEORGE.uid]);
  });

  test('in the same words, a minute later, is another', async () => {
    expect(await post(joins)).toBe('accepted');
    await aMinuteLater();
    expect([await post(joins), await post(joins)]).toEqual(['accepted', 'duplicate']);
  });

  test('is not undone by a change of scope', async () => {
    const promotes = cc.grouped('group_member_scope_changed', { ...CAROL, scope: 'admin' }, ANDREW);
    const results = [await post(joins), await post(promotes), await post(joins), await post(promotes)];
    expect(results).toEqual(['accepted', 'accepted', 'duplicate', 'duplicate']);
  });
});

test('a person who is blocked, unblocked and blocked again is blocked', async () => {
  const blocks = cc.blocked('user_blocked', ANDREW, CAROL);
  const unblocks = cc.blocked('user_unblocked', ANDREW, CAROL);
  for (const body of [blocks, unblocks, blocks]) {
    expect([await post(body), await post(body)]).toEqual(['accepted', 'duplicate']);
  }
  expect(await blockedBy(ANDREW.uid)).toEqual(['carol']);
  expect(await post(unblocks)).toBe('accepted');
  expect(await blockedBy(ANDREW.uid)).toEqual([]);
});
