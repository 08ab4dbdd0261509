import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import * as cc from '../support/cometchat.ts';
import { aGroupMessage, aMessage } from '../support/events.ts';
import { received, set, tell } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await set(system, { badge: true });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.hook.clear());

const webhook = async (body: unknown) => {
  const { body: answer } = await system.backend.post('/v3/webhooks/cometchat', body);
  for (const { id } of answer.data.events) await system.done(id);
};
const bob: cc.WirePerson = { uid: 'bob', name: 'Bob' };
const alice: cc.WirePerson = { uid: 'alice', name: 'Alice' };
const { guid } = cc.HIKING;
const native = (type: string, sender: string) => () =>
  tell(system, {
    id: `${type}-${sender}`,
    type,
    sentAt: Date.now(),
    sender: { uid: sender },
    conversation: { type: 'group', id: guid },
    members: [{ uid: 'bob' }],
  } as { id: string });

test.each<[string, () => Promise<unknown>]>([
  ['leaves (native)', native('group.member_left', 'bob')],
  ['is kicked (native)', native('group.member_kicked', 'alice')],
  ['is banned (native)', native('group.member_banned', 'alice')],
  ['leaves (CometChat)', () => webhook(cc.grouped('group_member_left', bob))],
  ['is kicked (CometChat)', () => webhook(cc.grouped('group_member_kicked', bob, alice))],
  ['is banned (CometChat)', () => webhook(cc.grouped('group_member_banned', bob, alice))],
  ['is removed by the backend', () => system.backend.delete(`/v3/groups/${guid}/members/bob`)],
  ['is not in a new list of members', () => system.backend.loadMembers(guid, ['alice', 'carol'])],
  ['loses the group', () => system.backend.delete(`/v3/groups/${guid}`)],
  ['loses the group (CometChat)', () => webhook(cc.webhook('group_deleted', { group: cc.HIKING, by: alice }))],
])('the badge of a person who %s falls by what the group had unread', async (_, departs) => {
  await system.backend.post('/v3/messages/any/read?uid=bob', undefined);
  await system.backend.put(`/v3/groups/${guid}`, {});
  await system.backend.loadMembers(guid, ['alice', 'bob']);
  const badge = async (event: { id: string }) => {
    system.hook.clear();
    await tell(system, event);
    return received(system)[0]?.details.unreadMessageCount;
  };
  const before = await badge(aMessage());
  expect(await badge(aGroupMessage(guid))).toBe(before + 1);
  expect(await badge(aGroupMessage(guid))).toBe(before + 2);
  await departs();
  expect(await badge(aMessage())).toBe(before + 1);
});
