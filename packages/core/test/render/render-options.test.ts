import { describe, expect, test } from '@jest/globals';
import { effectiveSettings, type NotifyingEvent, presentationOf } from '../../src/index.ts';
import { event } from '../support/sample-events.ts';
import { details, type Said } from './render-context.ts';

const withObject = (push: object = {}): Said => ({
  settings: { preferences: { push: { includeMessageObjectSetting: true, ...push } } },
});

describe('the message object', () => {
  const sender = { uid: 'alice', name: 'Alice', avatar: 'https://example.com/a.png' };
  const conversation = { type: 'group', id: 'hiking', name: 'Hiking group', avatar: 'https://example.com/h.png' };
  const message = { id: '101', text: 'hi <@uid:bob>', parentId: '90', metadata: { mood: 'good' } };
  const sent = event('message.sent', { sender, conversation, message });

  test('is omitted unless the app wants it', () => {
    expect(details(sent)).not.toHaveProperty('message');
  });

  test('is built from the event, in seconds', () => {
    expect(details(sent, withObject()).message).toEqual({
      id: '101',
      conversationId: 'group_hiking',
      sender: 'alice',
      receiver: 'hiking',
      receiverType: 'group',
      category: 'message',
      type: 'text',
      parentId: '90',
      data: {
        text: 'hi <@uid:bob>',
        metadata: { mood: 'good' },
        entities: {
          sender: { entity: sender, entityType: 'user' },
          receiver: {
            entity: { guid: 'hiking', name: 'Hiking group', icon: 'https://example.com/h.png' },
            entityType: 'group',
          },
        },
      },
      sentAt: 1_741_847_453,
      updatedAt: 1_741_847_453,
    });
  });

  test('of an edit names the editor; of a deletion names the deleter and has no text', () => {
    expect(details(event('message.edited', { message }), withObject()).message).toMatchObject({
      id: '101',
      data: { text: 'hi <@uid:bob>' },
      editedAt: 1_741_847_453,
      editedBy: 'alice',
    });
    const deleted = details(event('message.deleted', { message }), withObject()).message;
    expect(deleted).toMatchObject({ id: '101', deletedAt: 1_741_847_453, deletedBy: 'alice' });
    expect(JSON.stringify(deleted)).not.toContain('hi');
  });

  test("is the backend's own if there is one, with missing names added", () => {
    const object = { id: 101, muid: 'm-1', data: { entities: { sender: { entity: { uid: 'alice', name: '' } } } } };
    const subject = event('message.sent', { message: { id: '101', text: 'hi', object } });
    const profiles = { sender: { name: 'Alice' } };
    expect(details(subject, { ...withObject(), profiles, recipient: { name: 'Bob' } }).message).toEqual({
      id: 101,
      muid: 'm-1',
      data: {
        entities: {
          sender: { entity: { uid: 'alice', name: 'Alice' }, entityType: 'user' },
          receiver: { entity: { uid: 'bob', name: 'Bob' }, entityType: 'user' },
        },
      },
    });
  });

  test('never gives its author the name of another user who edits it', () => {
    const object = { data: { text: 'hi', entities: { sender: { entity: { uid: 'carol' } } } } };
    const subject = event('message.edited', { sender, message: { id: '101', object } });
    const { title, message: sentAlong } = details(subject, withObject());
    expect(title).toBe('Alice');
    expect(sentAlong).toMatchObject({ data: { entities: { sender: { entity: { uid: 'carol' } } } } });
    expect(JSON.stringify(sentAlong)).not.toContain('Alice');
  });

  test.each([
    [1, true, true],
    [2, false, false],
    [3, false, true],
    [3, true, false],
  ])('of an app that says %i to privacy, for a user who says %s, is sent: %s', (app, own, there) => {
    const push = { includeMessageObjectSetting: true };
    const shown = details(sent, {
      settings: { preferences: { usePrivacyTemplate: app, push } },
      recipient: { preferences: { usePrivacyTemplate: own } },
    });
    expect('message' in shown).toBe(there);
    expect(JSON.stringify(shown).includes('mood')).toBe(there);
  });

  test('is for new, edited and deleted messages only', () => {
    const subjects = [event('reaction.added'), event('call.initiated'), event('group.member_left')];
    for (const subject of subjects) expect(details(subject, withObject())).not.toHaveProperty('message');
  });

  const METADATA = { secret: true };
  const participants = (entity: object) => ({ entity: { ...entity, metadata: METADATA } });
  const object = {
    data: {
      metadata: METADATA,
      entities: { sender: participants({ name: 'A' }), receiver: participants({ name: 'B' }) },
    },
  };
  const rich: NotifyingEvent = event('message.sent', { message: { id: '101', object } });

  test.each([
    ['includeSenderMetadataSetting', 'sender'],
    ['includeReceiverMetadataSetting', 'receiver'],
    ['includeMessageMetadataSetting', 'message'],
  ])('has all metadata, but without %s not that of the %s', (option, end) => {
    const metadataOf = (push: object) => {
      const data = details(rich, withObject(push)).message?.data as (typeof object)['data'];
      const { sender, receiver } = data.entities;
      return { message: data.metadata, sender: sender.entity.metadata, receiver: receiver.entity.metadata };
    };
    const complete = { message: METADATA, sender: METADATA, receiver: METADATA };
    expect(metadataOf({})).toEqual(complete);
    expect(metadataOf({ [option]: false })).toEqual({ ...complete, [end]: undefined });
  });

  test.each([{ data: 7 }, { data: null }, { data: { entities: [] } }, { data: { entities: { sender: 'x' } } }])(
    'may be whatever the backend sends: %j',
    (odd) => {
      const off = { includeSenderMetadataSetting: false, includeMessageMetadataSetting: false };
      const subject = event('message.sent', { message: { id: '101', text: 'hi', object: odd } });
      expect(details(subject, withObject(off)).title).toBe('alice');
    },
  );
});

describe('custom JSON', () => {
  const app = { screen: 'chat', theme: { dark: true } };
  const custom = (customJson: object | undefined, own: object | undefined) =>
    details(event('message.sent', { custom: own }), { settings: { preferences: { push: { customJson } } } }).custom;

  test("is the app's, with the event's merged over it", () => {
    expect(custom(app, undefined)).toEqual(app);
    expect(custom(undefined, { a: null })).toEqual({ a: null });
    expect(custom(app, { theme: { dark: null, red: 1 } })).toEqual({ screen: 'chat', theme: { red: 1 } });
    expect(custom(undefined, undefined)).toBeUndefined();
  });

  test('comes with every kind of notification', () => {
    const settings = { preferences: { push: { customJson: app } } };
    const subjects = [event('reaction.added'), event('call.initiated'), event('group.member_left')];
    expect(subjects.map((subject) => details(subject, { settings }).custom)).toEqual([app, app, app]);
  });
});

test('the badge is sent where it is counted, also when it is 0, before the message and custom JSON', () => {
  expect(details(event('message.sent'))).not.toHaveProperty('unreadMessageCount');
  const counted = details(event('message.sent', { custom: { a: 1 } }), { ...withObject(), unread: 0 });
  expect(Object.keys(counted).slice(-4)).toEqual(['sentAt', 'unreadMessageCount', 'message', 'custom']);
  expect(counted.unreadMessageCount).toBe(0);
});

test('calls and chats have their sounds', () => {
  const settings = effectiveSettings({ sound: { call: 'ring.caf' } });
  const events = [event('message.sent'), event('call.initiated'), event('call.unanswered')];
  expect(events.map((e) => presentationOf(e, settings).sound)).toEqual(['default', 'ring.caf', 'default']);
});

test.each(['message.edited', 'message.deleted', 'reaction.removed'] as const)('%s is silent', (type) => {
  expect(presentationOf(event(type), effectiveSettings({ sound: { chat: 'ding.caf' } })).sound).toBeUndefined();
});

test('collapse keys contain kind and id, so that different kinds never replace each other', () => {
  const id = '58';
  const keys = [
    event('message.sent', { message: { id } }),
    event('message.edited', { message: { id } }),
    event('message.deleted', { message: { id } }),
    event('reaction.added', { reaction: { id, reaction: '😎', messageId: '1' } }),
    event('reaction.removed', { reaction: { id, reaction: '😎', messageId: '1' } }),
    event('call.initiated', { call: { id, sessionId: 's', type: 'audio' } }),
    event('call.ended', { call: { id, sessionId: 's', type: 'audio' } }),
    event('group.member_joined', { conversation: { type: 'group', id } }),
  ].map((subject) => [presentationOf(subject, effectiveSettings({})).collapseKey, details(subject).tag]);
  const kinds = ['message', 'message', 'message', 'reaction', 'reaction', 'call', 'call', 'group'];
  expect(keys).toEqual(kinds.map((kind) => [`${kind}-58`, '58']));
});
