import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aGroupMessage } from '../support/events.ts';
import { set, tell, told } from '../support/received.ts';
import { BASIC_AUTH, posts, type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.backend.put('/v3/groups/hiking', {});
  await system.backend.loadMembers('hiking', ['alice', 'bob', 'carol']);
});
afterAll(() => system[Symbol.asyncDispose]());

let serial = 0;
let reaction: { id: string; reaction: string; messageId: string };
beforeEach(() => {
  system.hook.clear();
  reaction = { id: `r-${++serial}`, reaction: '😎', messageId: 'never-seen' };
});

/** Alice reacts to a message of Carol's, or takes that back; the removal names no author. */
const added = (more: object = {}) => ({
  ...aGroupMessage('hiking', { type: 'reaction.added', message: undefined, ...more }),
  reaction: { ...reaction, messageSender: 'carol' },
});
const removed = (more: object = {}) => ({
  ...aGroupMessage('hiking', { type: 'reaction.removed', message: undefined, ...more }),
  reaction,
});

/** The setting that asks for it. */
const notifyOfRemoved = (value: number | null) =>
  set(system, { preferences: { group: { reactionRemovedSetting: value } } });

test('a removed reaction notifies no one, and is recorded with its reason', async () => {
  expect(await tell(system, added())).toMatchObject({ accepted: 1 });
  const event = removed();
  const counts = { audience: 1, planned: 0, suppressed: { REACTION_REMOVED: 1 } };
  expect(await tell(system, event)).toMatchObject(counts);
  expect(told(system)).toEqual(['carol: Reacted to your message: 😎']);
  const { data } = (await system.backend.get(`/v3/events/${event.id}/recipients/carol`)).body;
  expect(data).toMatchObject({ decision: 'suppressed', reason: 'REACTION_REMOVED' });
});

test('a reaction that waits to be tried again is not sent once it was removed', async () => {
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: [{ status: 503, times: 1 }, { status: 200 }] });
  const event = added();
  await system.backend.post('/v3/events', event);
  await posts(system.hook, 1);
  expect(await tell(system, removed())).toMatchObject({ audience: 1, suppressed: { REACTION_REMOVED: 1 } });
  expect(await system.done(event.id)).toMatchObject({ planned: 1, accepted: 0, superseded: 1 });
  expect(system.hook.requests()).toHaveLength(1);
});

test('a reaction that comes after its removal is not sent; added again later, it is', async () => {
  const event = added();
  await tell(system, removed({ sentAt: event.sentAt + 1 }));
  expect(await tell(system, event)).toMatchObject({ accepted: 0, superseded: 1 });
  expect(await tell(system, added({ sentAt: event.sentAt + 2 }))).toMatchObject({ accepted: 1 });
});

test('where the app asks for it, a removal goes in silence to the author whom the addition named', async () => {
  await addPushProviders(system, { android: { chat: true } });
  for (const token of [ANDROID, IPHONE]) await register(system, await logIn(system, 'carol'), token);
  await notifyOfRemoved(2);
  for (const event of [added(), removed()])
    expect(await tell(system, event)).toMatchObject({ audience: 1, accepted: 3 });
  expect(told(system)).toEqual(['carol: Reacted to your message: 😎', 'carol: Removed their reaction: 😎']);
  const apns = system.hooks.apns.requests().map(({ headers, json }) => {
    const { aps } = json as { aps: Record<string, unknown> };
    return [headers['apns-priority'], aps.sound, aps['interruption-level']];
  });
  expect(apns).toEqual([
    ['10', 'default', undefined],
    ['5', undefined, 'passive'],
  ]);
  const fcm = system.hooks.fcm.requests().map(({ json }) => (json as { message: { android: object } }).message.android);
  expect(fcm).toMatchObject([{ priority: 'HIGH' }, { priority: 'NORMAL' }]);
  await notifyOfRemoved(null);
});
