import { describe, expect, test } from '@jest/globals';
import type { NotifyingEvent } from '../../src/index.ts';
import { event } from '../support/sample-events.ts';
import { type Said, texts } from './render-context.ts';

const SENDER = { uid: 'alice', name: 'Alice' };
const BOB = { conversation: { type: 'user', id: 'bob', name: 'Bob' } };
const HIKING = { conversation: { type: 'group', id: 'hiking', name: 'Hiking group' } };
const PRIVATE: Said = { recipient: { preferences: { usePrivacyTemplate: true } } };
const interactive = (type: string, interactiveData?: object) => ({
  category: 'interactive',
  type,
  ...(interactiveData ? { object: { data: { interactiveData } } } : {}),
});
const custom = (type: string, text?: string) => ({ category: 'custom', type, sendNotification: true, text });

const message = (where: object, fields: object): NotifyingEvent =>
  event('message.sent', { sender: SENDER, ...where, message: { id: '101', ...fields } });

const TYPES: [what: string, fields: object, body: string, hidden: string][] = [
  ['a text', { text: 'Hello!' }, 'Hello!', 'New message'],
  ['a text without text', {}, 'New message', 'New message'],
  ['an image', { type: 'image', text: 'caption' }, '📷 Has sent an image', 'New image message'],
  ['an audio', { type: 'audio' }, '🔈 Has sent an audio', 'New audio message'],
  ['a video', { type: 'video' }, '🎥 Has sent a video', 'New video message'],
  ['a file', { type: 'file' }, '📄 Has sent a file', 'New file message'],
  ['a custom message', custom('location', 'Where?'), 'Where?', 'New message'],
  ['a custom message without text', custom('location'), 'New message', 'New message'],
  ['a custom message called "image"', custom('image', 'Where?'), 'Where?', 'New message'],
  ['a poll', custom('extension_poll', 'Pizza?'), 'Poll: Pizza?', 'New message'],
  ['a poll without question', custom('extension_poll'), 'New message', 'New message'],
  ['a reminder', custom('extension_reminders', 'Water plants'), 'Water plants', 'New message'],
  ['a reminder without text', custom('extension_reminders'), 'New message', 'New message'],
  ['a form', interactive('form', { title: 'Sign up' }), 'Sign up', 'New message'],
  ['a form without title', interactive('form', {}), 'New message', 'New message'],
  ['a card', interactive('card', { text: 'Sale' }), 'Sale', 'New message'],
  ['a card without text', interactive('card'), 'New message', 'New message'],
  ['a scheduler', interactive('scheduler'), 'New invite', 'New invite'],
  ['an interactive message of its own', interactive('quiz', { text: 'Q' }), 'New message', 'New message'],
];

describe.each(TYPES)('%s', (_what, fields, body, hidden) => {
  test('has its default and private texts, in a 1:1 and in a group', () => {
    expect(texts(message(BOB, fields))).toEqual({ title: 'Alice', body });
    expect(texts(message(HIKING, fields))).toEqual({ title: 'Alice @ Hiking group', body });
    expect(texts(message(BOB, fields), PRIVATE)).toEqual({ title: 'Alice', body: hidden });
    expect(texts(message(HIKING, fields), PRIVATE)).toEqual({ title: 'Alice @ Hiking group', body: hidden });
  });
});

describe('a mention', () => {
  const both = { mentions: ['bob', 'carol'], mentionsAll: true };

  test('of the recipient comes before one of all, which comes before the type', () => {
    const fields = { text: 'look', ...both };
    expect(texts(message(HIKING, fields)).body).toBe('Alice mentioned you in Hiking group: look');
    expect(texts(message(HIKING, fields), { recipient: { uid: 'dave' } }).body).toBe('Alice mentioned everyone: look');
    const image = { type: 'image', text: 'look', mentions: ['bob'] };
    expect(texts(message(HIKING, image)).body).toBe('Alice mentioned you in Hiking group: look');
    expect(texts(message(HIKING, image), { recipient: { uid: 'dave' } }).body).toBe('📷 Has sent an image');
  });

  test('in a 1:1 names no group, and a mention of all does not count there', () => {
    expect(texts(message(BOB, { text: 'look', mentions: ['bob'] }))).toEqual({
      title: 'Alice',
      body: 'Alice mentioned you: look',
    });
    expect(texts(message(BOB, { text: 'look', mentionsAll: true })).body).toBe('look');
  });

  test('without text, or in private, is only announced', () => {
    expect(texts(message(HIKING, { type: 'image', mentions: ['bob'] })).body).toBe('New mention');
    expect(texts(message(HIKING, { text: 'look', ...both }), PRIVATE)).toEqual({
      title: 'Alice @ Hiking group',
      body: 'New mention',
    });
  });

  test('in a text is shown by name: from the event, else as registered, else the uid', () => {
    const fields = {
      text: '<@uid:alice> <@uid:bob> <@uid:carol> <@uid:dave> <@uid:constructor> <@all:team>',
      object: { data: { mentions: { carol: { uid: 'carol', name: 'Carol' } } } },
    };
    const said = { recipient: { uid: 'erin' }, profiles: { members: { bob: { name: 'Bob' }, carol: { name: 'C.' } } } };
    expect(texts(message(HIKING, fields), said).body).toBe(
      'Alice mentioned everyone: @Alice @Bob @Carol @dave @constructor @team',
    );
  });
});

const IN_PRIVATE: [what: string, event: NotifyingEvent, shown: string, hidden: string][] = [
  ['an edit', event('message.edited', { message: { id: '1', text: 'better' } }), 'better', 'New message'],
  ['a deletion', event('message.deleted', {}), 'This message was deleted', 'This message was deleted'],
  ['a reaction', event('reaction.added', {}), 'Reacted to your message: 😎', 'New reaction'],
  ['a reaction taken back', event('reaction.removed', {}), 'Removed their reaction: 😎', 'Removed their reaction'],
  ['a group action', event('group.member_left', {}), 'carol has left', 'carol has left'],
  ['a call that rings', event('call.initiated', {}), 'AUDIO CALL', 'AUDIO CALL'],
  ['a call that is on', event('call.ongoing', {}), 'AUDIO CALL', 'AUDIO CALL'],
  ['an unanswered call', event('call.unanswered', {}), 'Missed audio call', 'Missed audio call'],
  [
    'a call taken back',
    event('call.cancelled', { call: { sessionId: 'v1', type: 'video' } }),
    'Missed video call',
    'Missed video call',
  ],
];

test.each(IN_PRIVATE)('%s has its text', (_what, subject, shown, hidden) => {
  expect(texts(subject).body).toBe(shown);
  expect(texts(subject, PRIVATE).body).toBe(hidden);
});

test.each(['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'])(
  'the webhook of a call that is %s says AUDIO CALL or VIDEO CALL, in the words of the app where it has set them',
  (state) => {
    const call = (type: string) =>
      event(`call.${state}` as NotifyingEvent['type'], { call: { sessionId: 'v1', type } });
    const body = (type: string, settings = {}) => texts(call(type), { settings, provider: 'custom' }).body;
    expect([body('audio'), body('video')]).toEqual(['AUDIO CALL', 'VIDEO CALL']);
    expect(body('audio', { templates: { callTemplateDefault: { body_audio: 'Ring' } } })).toBe('Ring');
  },
);

test('the app decides who gets the private texts, and the recipient where the app allows it', () => {
  const bodies = [1, 2, 3].map((usePrivacyTemplate) => {
    const settings = { preferences: { usePrivacyTemplate } };
    return [{ settings }, { settings, ...PRIVATE }].map((said) => texts(message(BOB, { text: 'Hello!' }), said).body);
  });
  expect(bodies).toEqual([
    ['Hello!', 'Hello!'],
    ['New message', 'New message'],
    ['Hello!', 'New message'],
  ]);
});

test('templates of reactions, group actions and calls have their own placeholders', () => {
  const templates = {
    reactionTemplateDefault: { body: '{{reaction.reaction}} on {{reaction.messageId}}' },
    groupActionTemplateDefault: { body_added: '{{member.names}} ({{member.count}}) in {{group.name}}' },
    callTemplateDefault: { body_audio: '{{call.type}} {{call.action}} {{call.sessionId}}' },
  };
  const bodyOf = (subject: NotifyingEvent) => texts(subject, { settings: { templates } }).body;
  expect(bodyOf(event('reaction.added', {}))).toBe('😎 on 101');
  expect(bodyOf(event('group.member_added', HIKING))).toBe('carol (1) in Hiking group');
  expect(bodyOf(event('call.initiated', {}))).toBe('audio initiated v1.us.1');
});
