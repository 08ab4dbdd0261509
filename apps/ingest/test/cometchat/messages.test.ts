import { isNotifying, type MessageEvent, mentionsIn } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ANDREW,
  AT,
  DELETED,
  EDITED,
  entity,
  GEORGE,
  groupMessage,
  HIKING,
  members,
  message,
  reacted,
  sent,
  webhook,
} from '../support/cometchat-samples.ts';
import { changed, NOW, needsOf, translate, translated } from './translate.ts';

const messageEvent = (body: unknown) => translated(body) as MessageEvent;
const contentOf = (body: unknown) => messageEvent(body).message;

describe('a message', () => {
  test('to a group is in the group, which shows its icon', () => {
    const group = { ...HIKING, icon: 'https://example.com/hiking.png' };
    const body = webhook('message_sent', {
      message: groupMessage({}, { entities: { sender: entity(ANDREW), receiver: entity(group) } }),
    });
    expect(messageEvent(body).conversation).toEqual({
      type: 'group',
      id: HIKING.guid,
      name: HIKING.name,
      avatar: group.icon,
    });
  });

  test('keeps its category; an agent writes as a person does', () => {
    const categories = ['message', 'custom', 'interactive', 'agentic', 'new'];
    const read = categories.map((category) => contentOf(sent({ category })).category);
    expect(read).toEqual(['message', 'custom', 'interactive', 'message', 'message']);
  });

  test('that is custom notifies only when it says so', () => {
    const poll = { category: 'custom', type: 'extension_poll' };
    expect(isNotifying(messageEvent(sent(poll)))).toBe(false);
    const event = messageEvent(sent(poll, { sendNotification: true, text: 'Lunch?' }));
    expect(isNotifying(event)).toBe(true);
    expect(event.message).toMatchObject({ type: 'extension_poll', text: 'Lunch?' });
  });

  test('says what it replies to and what it quotes, in any spelling', () => {
    expect(contentOf(sent({ parentId: 90, quotedMessageId: 88 }))).toMatchObject({
      parentId: '90',
      quotedMessageId: '88',
    });
    const quotes = [{ sender: GEORGE.uid }, { sender: GEORGE }, { data: { entities: { sender: entity(GEORGE) } } }];
    for (const quote of quotes) {
      const body = sent({ parentMessageId: '90', quotedMessage: { id: '88', ...quote } });
      const said = { parentId: '90', quotedMessageId: '88', quotedSender: GEORGE.uid };
      expect(contentOf(body)).toMatchObject(said);
    }
  });

  test.each([0, '0', '', null, undefined])('with the parent %j is no reply', (parentId) => {
    expect(contentOf(sent({ parentId })).parentId).toBeUndefined();
  });

  test('mentions whom its map and its text name', () => {
    const body = sent({}, { text: 'hi <@uid:carol> and <@all:all>', mentions: { ...members(GEORGE), 'a b': {} } });
    expect(mentionsIn(contentOf(body))).toEqual({ uids: new Set([GEORGE.uid, 'carol']), all: true });
  });

  test('is sent along as it came', () => {
    const object = message({ unknown: [1] }, { metadata: { priority: 'high' } });
    expect(contentOf(webhook('message_sent', { message: object }))).toMatchObject({
      object,
      metadata: { priority: 'high' },
    });
    const legacy = webhook('after_message', { ...object, recipients: ['carol'] });
    expect(contentOf(legacy).object).toEqual(object);
  });

  test('is cut where it is too long, never within a character', () => {
    expect(contentOf(sent({}, { text: 'x'.repeat(65_537) })).text).toHaveLength(65_536);
    const emoji = contentOf(sent({}, { text: `${'x'.repeat(65_535)}😎` }));
    expect(emoji.text).toBe('x'.repeat(65_535));
  });

  test('may name its recipients', () => {
    expect(translated(sent()).recipients).toBeUndefined();
    expect(translated(changed(sent(), 'data.recipients', ['carol', 7])).recipients).toEqual(['carol', '7']);
  });
});

describe('an edit or a delete', () => {
  test('in a 1:1 is with the other of the two, no matter who acted', () => {
    const inOneOnOne = (by: typeof ANDREW) => {
      const route = { receiverType: 'user', receiver: GEORGE.uid, sender: ANDREW.uid };
      const entities = { ...EDITED.data.message.data.entities, by: entity(by), for: undefined };
      return webhook('message_edited', { message: { ...EDITED.data.message, ...route, data: { entities } } });
    };
    expect(messageEvent(inOneOnOne(ANDREW)).conversation.id).toBe(GEORGE.uid);
    expect(messageEvent(inOneOnOne(GEORGE)).conversation.id).toBe(ANDREW.uid);
  });

  test('names its actor in a field if no entity does', () => {
    const body = changed(DELETED, 'data.message.data.entities.by');
    const deletedBy = changed(body, 'data.message.data.entities.on.entity.deletedBy', 'app_system');
    expect(messageEvent(deletedBy).sender.uid).toBe('app_system');
    expect(messageEvent(changed(body, 'data.message.data.entities.on.entity.deletedBy')).sender.uid).toBe(ANDREW.uid);
  });

  test('is another one when it is done again', () => {
    const later = changed(EDITED, 'data.message.data.entities.on.entity.editedAt', AT + 99);
    expect(messageEvent(later).id).not.toBe(messageEvent(EDITED).id);
    expect(messageEvent(later).message.id).toBe('101');
  });
});

describe('a flat edit or delete', () => {
  const flat = (trigger: string, more: Record<string, unknown> = {}, data: Record<string, unknown> = {}) =>
    webhook(trigger, { message: message(more, data) });

  test.each(['message', 'custom', 'interactive', 'agentic'])('of category %s is of the message itself', (category) => {
    const body = flat('message_edited', { category, editedAt: AT + 9, editedBy: GEORGE.uid }, { text: 'new' });
    expect(messageEvent(body)).toMatchObject({
      type: 'message.edited',
      sentAt: (AT + 9) * 1000,
      sender: { uid: GEORGE.uid, name: GEORGE.name },
      conversation: { type: 'user', id: ANDREW.uid },
      message: { id: '123', text: 'new' },
    });
  });

  test('has the id that the same change has as an action', () => {
    const action = changed(EDITED, 'data.message.data.entities.on.entity.editedAt', AT + 9);
    expect(messageEvent(flat('message_edited', { id: '101', editedAt: AT + 9 })).id).toBe(messageEvent(action).id);
  });

  test('without a time is now, another one when it says something else, and the same when it is repeated', () => {
    const [first, second] = ['one', 'two'].map((text) => messageEvent(flat('message_edited', {}, { text })));
    expect(first?.sentAt).toBe(NOW);
    expect(first?.id).not.toBe(second?.id);
    expect(messageEvent(flat('message_edited', {}, { text: 'one' })).id).toBe(first?.id);
  });

  test('that deletes takes its text back everywhere', () => {
    const event = messageEvent(flat('message_deleted', { deletedAt: AT + 9 }, { text: 'secret' }));
    expect(event).toMatchObject({ sentAt: (AT + 9) * 1000, message: { id: '123' } });
    expect(JSON.stringify(event)).not.toContain('secret');
  });

  test('of any text and times is an event of the original', () => {
    const time = fc.option(fc.integer({ min: AT, max: AT + 1e6 }), { nil: undefined });
    const change = fc.record({ id: fc.uuid(), editedAt: time, updatedAt: time, text: fc.string() });
    fc.assert(
      fc.property(change, fc.constantFrom('message_edited', 'message_deleted'), ({ text, ...more }, trigger) => {
        const { type, message: changedMessage } = messageEvent(flat(trigger, more, { text }));
        expect([type, changedMessage.id]).toEqual([trigger.replace('_', '.'), more.id]);
        expect(changedMessage.text).toBe(trigger === 'message_edited' && text !== '' ? text : undefined);
      }),
    );
  });
});

describe('a reaction', () => {
  const body = reacted('message_reaction_added');

  test('to an unknown message is no event, and the answer says so', () => {
    expect(translate(body, {})).toEqual({ events: [], reason: 'unknown_message' });
  });

  test('in a group is in the group, for the author', () => {
    const conversation = { type: 'group' as const, id: HIKING.guid };
    expect(translated(body, { message: { author: GEORGE.uid, conversation } })).toMatchObject({
      conversation,
      reaction: { messageSender: GEORGE.uid },
    });
  });

  test('to a message of one’s own is with the other of the two', () => {
    const own = { author: ANDREW.uid, conversation: { type: 'user' as const, id: GEORGE.uid } };
    expect(translated(body, { message: own })).toMatchObject({
      conversation: { type: 'user', id: GEORGE.uid },
      reaction: { messageSender: ANDREW.uid },
    });
  });

  test('may bring the message along, and then needs nothing', () => {
    const along = reacted('message_reaction_added', { message: groupMessage({ id: '101', sender: GEORGE.uid }) });
    expect(needsOf(along)).toBeUndefined();
    expect(translated(along, {})).toMatchObject({
      conversation: { type: 'group', id: HIKING.guid, name: HIKING.name },
      reaction: { messageId: '101', messageSender: GEORGE.uid },
    });
  });
});
