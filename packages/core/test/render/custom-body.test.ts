import { CALL, CHAT, GROUP_ACTION, REACTION } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { customBody, type EventType, type NotifyingEvent, type Profiles } from '../../src/index.ts';
import { event, type Posted } from '../support/sample-events.ts';
import { details } from './render-context.ts';

const AVATAR = 'https://assets.cometchat.io/sampleapp/v2/users/';
const andrew = { name: 'Andrew Joseph', avatar: `${AVATAR}cometchat-uid-1.webp` };
const george = { name: 'George Alan', avatar: `${AVATAR}cometchat-uid-2.webp` };

/** What the webhook receives for `uid`, as text. */
function wire(subject: NotifyingEvent, uid: string, profiles: Profiles = {}): string {
  const push = {
    deliveryId: 'em86z00g8000000-0',
    appId: 'app123',
    region: 'us',
    uid,
    details: details(subject, { profiles, recipient: { uid } }),
    deadlineAt: 0,
    holdUntil: 0,
  };
  return JSON.stringify(customBody(push));
}

test('the webhook receives the badge as a number', () => {
  const push = { deliveryId: 'd', appId: 'app123', region: 'us', uid: 'bob', deadlineAt: 0, holdUntil: 0 };
  const body = customBody({ ...push, details: details(event('message.sent'), { unread: 3 }) });
  expect(JSON.stringify(body)).toContain('"sentAt":"1741847453000","unreadMessageCount":3}');
});

const toGeorge = (conversation: object = {}) => ({
  sender: { uid: 'cometchat-uid-1' },
  conversation: { type: 'user', id: 'cometchat-uid-2', ...conversation },
});
const SAMPLES: [what: string, type: EventType, fields: Partial<Posted>, sample: typeof CHAT][] = [
  ['chat', 'message.sent', { ...toGeorge(), message: { id: '123', text: 'Hello!' } }, CHAT],
  ['call', 'call.initiated', { ...toGeorge(), call: { id: '123', sessionId: 'v1.123.aik2', type: 'audio' } }, CALL],
  ['reaction', 'reaction.added', { ...toGeorge(), reaction: { id: '58', reaction: '😎', messageId: '57' } }, REACTION],
  [
    'group action',
    'group.member_left',
    {
      sender: { uid: 'cometchat-uid-1' },
      conversation: { type: 'group', id: 'cometchat-guid-1', name: 'Hiking group' },
      members: [{ uid: 'cometchat-uid-1' }],
    },
    GROUP_ACTION,
  ],
];

describe.each(SAMPLES)('the webhook receives the documented %s payload, byte for byte,', (_, type, fields, sample) => {
  const { uid } = sample.data.to;
  const inGroup = type.startsWith('group.');

  test('when the event itself has the names and pictures', () => {
    const sender = { uid: 'cometchat-uid-1', ...andrew };
    const conversation = { ...(fields.conversation as object), ...(inGroup ? {} : george) };
    const subject = event(type, { ...fields, sender, conversation }) as NotifyingEvent;
    expect(wire(subject, uid)).toBe(JSON.stringify(sample));
  });

  test('when they are looked up', () => {
    const subject = event(type, fields) as NotifyingEvent;
    const receiver = inGroup ? { name: 'Hiking group' } : george;
    expect(wire(subject, uid, { sender: andrew, receiver, members: {} })).toBe(JSON.stringify(sample));
  });

  test('with custom JSON at its end', () => {
    const custom = { screen: 'chat', deep: { link: [1, null] } };
    const subject = event(type, { ...fields, custom }) as NotifyingEvent;
    const profiles = { sender: andrew, receiver: inGroup ? { name: 'Hiking group' } : george };
    const { trigger, appId, region, webhook } = sample;
    const expected = {
      trigger,
      data: { to: { uid }, notificationDetails: { ...sample.data.notificationDetails, custom } },
      appId,
      region,
      webhook,
    };
    expect(wire(subject, uid, profiles)).toBe(JSON.stringify(expected));
  });
});
