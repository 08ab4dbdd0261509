import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { aGroupMessage, aMessage } from '../support/events.ts';
import { choose, mute, received, set, tell, told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

let guid: string;
let serial = 0;
/** A group of its own for each test, with alice, who writes, bob and carol. */
beforeEach(async () => {
  guid = `hiking-${++serial}`;
  system.hook.clear();
  await system.backend.put(`/v3/groups/${guid}`, {});
  await system.backend.loadMembers(guid, ['alice', 'bob', 'carol']);
});

const MUTED = () => ({ id: guid, type: 'group' });

/** What changes the message: an edit or a deletion. */
const change = (type: string, original: ReturnType<typeof aMessage>, more: object = {}) =>
  aGroupMessage(guid, { type, message: { id: original.message.id, type: 'text', text: 'hello' }, ...more });

/** Posts a message to the group and forgets that it arrived. */
async function send(more: object = {}) {
  const message = aGroupMessage(guid, more);
  await tell(system, message);
  system.hook.clear();
  return message;
}

test.each([
  ['message.edited', 'hello'],
  ['message.deleted', 'This message was deleted'],
])('%s reaches those who were sent the message, and not who joined since', async (type, body) => {
  const message = await send();
  await system.backend.post(`/v3/groups/${guid}/members`, { participants: ['dave'] });
  expect(await tell(system, change(type, message))).toMatchObject({ audience: 2, planned: 2, accepted: 2 });
  expect(told(system)).toEqual([`bob: ${body}`, `carol: ${body}`]);
  expect(received(system).map(({ details }) => details.tag)).toEqual([message.message.id, message.message.id]);
});

test('who had muted the group then is not told of the change now', async () => {
  await mute(system, 'bob', MUTED());
  const message = await send();
  await system.backend.delete('/v3/notifications/v1/preferences/mute?uid=bob', { conversations: [MUTED()] });
  expect(await tell(system, change('message.deleted', message))).toMatchObject({ audience: 1, accepted: 1 });
  expect(told(system)).toEqual(['carol: This message was deleted']);
});

test('who has muted the group since still has the text taken back', async () => {
  const message = await send();
  await mute(system, 'bob', MUTED());
  await choose(system, 'carol', { mutePreferences: { dnd: 2 } });
  expect(await tell(system, change('message.deleted', message))).toMatchObject({ audience: 2, accepted: 2 });
  await choose(system, 'carol', { mutePreferences: { dnd: 1 } });
});

test('who has left since still has the text taken back, and is shown nothing new', async () => {
  const message = await send();
  await system.backend.delete(`/v3/groups/${guid}/members/bob`);
  await tell(system, change('message.edited', message));
  expect(told(system)).toEqual(['carol: hello']);
  system.hook.clear();
  await tell(system, change('message.deleted', message));
  expect(told(system)).toEqual(['bob: This message was deleted', 'carol: This message was deleted']);
});

test('a change that names recipients reaches those of them who were sent the message', async () => {
  const message = await send({ recipients: ['bob', 'carol'] });
  await tell(system, change('message.edited', message, { recipients: ['carol', 'dave'] }));
  expect(told(system)).toEqual(['carol: hello']);
});

test('a message that named its recipients is changed for them alone', async () => {
  const message = await send({ recipients: ['bob'] });
  await tell(system, change('message.edited', message));
  expect(told(system)).toEqual(['bob: hello']);
});

test('a change of a message that is not remembered reaches no one', async () => {
  const unknown = aGroupMessage(guid);
  expect(await tell(system, change('message.edited', unknown))).toMatchObject({ audience: 0, planned: 0 });
  expect(await tell(system, aMessage({ type: 'message.deleted' }))).toMatchObject({ audience: 0, planned: 0 });
});

test('with its setting off a change reaches no one, and says why', async () => {
  const message = await send();
  await set(system, { preferences: { group: { messageEditedSetting: 1, messageDeletedSetting: 1 } } });
  for (const type of ['message.edited', 'message.deleted']) {
    const counts = await tell(system, change(type, message));
    expect(counts).toMatchObject({ audience: 2, planned: 0, suppressed: { MESSAGE_ACTIONS_PREFERENCE: 2 } });
  }
  await set(system, { preferences: { group: { messageEditedSetting: null, messageDeletedSetting: null } } });
});

test('a removed reaction, where the app asks for it, reaches those who got the reaction, and no one else', async () => {
  await set(system, { preferences: { group: { reactionRemovedSetting: 2 } } });
  const message = await send();
  const react = (type: string) => ({
    ...aGroupMessage(guid),
    type,
    sender: { uid: 'bob', name: 'Bob' },
    message: undefined,
    reaction: { id: `r-${guid}`, reaction: '😎', messageId: message.message.id },
  });
  await choose(system, 'carol', { groupPreferences: { groupReactions: 3 } });
  await tell(system, react('reaction.added'));
  expect(told(system)).toEqual(['alice: Reacted to your message: 😎', 'carol: Reacted to your message: 😎']);
  system.hook.clear();
  await system.backend.post(`/v3/groups/${guid}/members`, { participants: ['dave'] });
  await choose(system, 'dave', { groupPreferences: { groupReactions: 3 } });
  await tell(system, react('reaction.removed'));
  expect(told(system)).toEqual(['alice: Removed their reaction: 😎', 'carol: Removed their reaction: 😎']);
  await set(system, { preferences: { group: { reactionRemovedSetting: null } } });
});
