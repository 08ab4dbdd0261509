import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { aGroupMessage } from '../support/events.ts';
import { choose, told } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.backend.put('/v3/groups/hiking', {});
  await system.backend.loadMembers('hiking', ['alice', 'bob', 'carol']);
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.hook.clear());

/** Posts events in one request and waits for all. */
async function post(...events: { id: string }[]) {
  await system.backend.post('/v3/events', events);
  for (const { id } of events) await system.done(id);
}

const byBob = () => aGroupMessage('hiking', { sender: { uid: 'bob', name: 'Bob' } });

test('a reaction that is posted together with its message finds the author', async () => {
  const message = byBob();
  const reaction = { id: 'r-1', reaction: '😎', messageId: message.message.id };
  await post(message, aGroupMessage('hiking', { type: 'reaction.added', message: undefined, reaction }));
  expect(told(system)).toEqual(['alice: hi', 'bob: Reacted to your message: 😎', 'carol: hi']);
});

test('a quoted reply that is posted together with what it quotes finds its author', async () => {
  await choose(system, 'bob', { groupPreferences: { groupQuotedReplies: 4 } });
  await choose(system, 'carol', { groupPreferences: { groupQuotedReplies: 4 } });
  const message = byBob();
  const quotedMessageId = message.message.id;
  await post(message, aGroupMessage('hiking', { message: { id: 'q-1', type: 'text', text: 'yes', quotedMessageId } }));
  expect(told(system)).toEqual(['alice: hi', 'bob: yes', 'carol: hi']);
});

test('an edit and a deletion that are posted together with their message reach whom it reaches', async () => {
  const message = byBob();
  const changed = (type: string) => ({ ...byBob(), type, message: { ...message.message, text: 'changed' } });
  await post(message, changed('message.edited'), changed('message.deleted'));
  expect(told(system)).toEqual([
    'alice: This message was deleted',
    'alice: changed',
    'alice: hi',
    'carol: This message was deleted',
    'carol: changed',
    'carol: hi',
  ]);
});

test('a reaction that is added and taken back in one request reaches no one', async () => {
  const message = byBob();
  const react = (type: string) => {
    const reaction = { id: 'r-2', reaction: '😎', messageId: message.message.id };
    return aGroupMessage('hiking', { type, message: undefined, reaction });
  };
  await post(message, react('reaction.added'), react('reaction.removed'));
  expect(told(system).filter((line) => line.startsWith('bob'))).toEqual([]);
});
