import { Event, type MessageEvent } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCometChat, toEvents } from '../../src/cometchat/index.ts';
import {
  ANDREW,
  AT,
  blocked,
  callState,
  EDITED,
  GEORGE,
  grouped,
  HIKING,
  INITIATED,
  members,
  message,
  reacted,
  receipt,
  SAMPLES,
  sent,
  webhook,
} from '../support/cometchat-samples.ts';
import { changed, NOW, REMEMBERED, refusal, translate, translated } from './translate.ts';

const UIDS = 'must be 1 to 100 characters of A-Z, a-z, 0-9, "_" and "-"';
const ORIGINAL = 'data.message.data.entities.on.entity';

test.each<[string, unknown]>([
  ['body: Invalid input: expected object, received array', []],
  ['body: is missing', undefined],
  ['trigger: is missing', { data: {} }],
  ['data: is missing', { trigger: 'message_sent' }],
  ['data.message: is missing', webhook('message_sent', {})],
  ['data.message.id: is missing', changed(sent(), 'data.message.id')],
  ['data.message.sender: is missing', sent({ sender: null })],
  [`data.message.sender: ${UIDS}`, sent({ sender: 'an drew' })],
  [`data.message.receiver: ${UIDS}`, sent({ receiver: 'x'.repeat(101) })],
  ['data.message.receiverType: Invalid option: expected one of "user"|"group"', sent({ receiverType: 'channel' })],
  ['data.id: is missing', changed(webhook('after_message', message()), 'data.id')],
  [`${ORIGINAL}.id: is missing`, changed(EDITED, `${ORIGINAL}.id`)],
  ['data.message.data.entities.on: is missing', changed(EDITED, 'data.message.data.entities.on')],
  ['data.message.id: is missing', webhook('message_edited', { message: changed(message(), 'id') })],
  ['data.message: is missing', webhook('message_deleted', {})],
  ['data.reaction.messageId: is missing', changed(reacted('message_reaction_added'), 'data.reaction.messageId')],
  [`data.message.sender: ${UIDS}`, reacted('message_reaction_added', { message: message({ sender: 'a:b' }) })],
  ['data.group.guid: is missing', changed(grouped('group_member_left'), 'data.group.guid')],
  ['data.members: must name 1 to 10000 users', grouped('group_member_left', { members: {} })],
  [
    'data.members: has a key that is not 1 to 100 characters of A-Z, a-z, 0-9, "_" and "-"',
    grouped('group_member_left', { members: { 'a b': {} } }),
  ],
  [`data.by.uid: ${UIDS}`, grouped('group_member_added', { by: { uid: '' } })],
  ['data.by: is missing', changed(blocked('user_blocked'), 'data.by')],
  ['data.call.type: is missing', changed(INITIATED, 'data.call.type')],
  ['data.call.receiver: is missing', changed(callState('call_busy'), 'data.call.receiver')],
  ['data.sessionId: is missing', webhook('call_started', { created_at: AT })],
  ['data.body.messageId: is missing', changed(receipt('message_read_receipt', 'read'), 'data.body.messageId')],
  [
    'data.receiptSender: is missing',
    webhook('message_read_receipt', { ...SAMPLES.legacy_read_receipt.data, receiptSender: null }),
  ],
  [`data.recipients[1]: ${UIDS}`, changed(sent(), 'data.recipients', ['bob', 'a b'])],
])('refused: %s', (says, body) => {
  expect(refusal(body)).toBe(says);
});

describe('tolerated', () => {
  test('an object or metadata above our limit, which is left out; the message is kept', () => {
    const huge = { blob: 'x'.repeat(70_000) };
    const { message: kept } = translated(sent({}, { metadata: huge })) as MessageEvent;
    expect(kept).toMatchObject({ id: '123', text: 'Hello!', metadata: undefined, object: undefined });
    const { message: half } = translated(sent({}, { metadata: { blob: 'x'.repeat(20_000) } })) as MessageEvent;
    expect(half).toMatchObject({ text: 'Hello!', metadata: undefined, object: { id: '123' } });
  });

  test('numbers as ids', () => {
    const body = sent({ id: 101, sender: 1, receiver: 2 });
    expect(translated(body)).toMatchObject({
      id: 'cc:message_sent:101',
      sender: { uid: '1' },
      conversation: { id: '2' },
      message: { id: '101' },
    });
  });

  test.each([
    ['seconds', AT, AT * 1000],
    ['milliseconds', AT * 1000 + 5, AT * 1000 + 5],
    ['seconds as text', String(AT), AT * 1000],
    ['seconds with a fraction', AT + 0.25, AT * 1000 + 250],
    ['no time', undefined, NOW],
    ['no number', 'yesterday', NOW],
    ['zero', 0, NOW],
    ['a time beyond all calendars', 1e300, NOW],
  ])('a time that is %s', (_, sentAt, read) => {
    expect(translated(sent({ sentAt })).sentAt).toBe(read);
  });

  test('names and pictures that we could not take, and none at all', () => {
    const odd = { ...ANDREW, name: 'x'.repeat(300), avatar: 'javascript:alert(1)' };
    const entities = { sender: { entity: odd }, receiver: { entity: { uid: GEORGE.uid, name: '', avatar: '' } } };
    const event = translated(sent({}, { entities })) as MessageEvent;
    expect(event.sender).toEqual({ uid: ANDREW.uid, name: 'x'.repeat(255) });
    expect(event.conversation).toEqual({ type: 'user', id: GEORGE.uid });
    const bare = webhook('message_sent', { message: changed(message(), 'data') });
    expect(translated(bare)).toMatchObject({ sender: { uid: ANDREW.uid }, message: { id: '123', type: 'text' } });
  });

  test('an object nested beyond reason, which is left out', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`);
    const event = translated(sent({}, { metadata: deep })) as MessageEvent;
    expect(event.message).toMatchObject({ text: 'Hello!', metadata: undefined, object: undefined });
  });

  test('a group action without an actor', () => {
    expect(translated(grouped('group_member_banned')).sender.uid).toBe('app_system');
  });

  test('a reader who is named by uid alone, or not at all', () => {
    const read = receipt('message_read_receipt', 'read');
    for (const body of [changed(read, 'data.body.user', GEORGE.uid), changed(read, 'data.body.user')]) {
      expect(translated(body)).toMatchObject({ sender: { uid: GEORGE.uid }, conversation: { id: ANDREW.uid } });
    }
  });
});

describe('group actions, which have no id', () => {
  const other = { ...GEORGE, uid: 'carol' };

  test('of several who join are an event for each, with an id of its own', () => {
    const { events } = translate(grouped('group_member_joined', { members: members(GEORGE, other) }));
    expect(events.map(({ sender }) => sender.uid)).toEqual([GEORGE.uid, 'carol']);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  test('of several who are added are one event, whatever the order of the map', () => {
    const body = (...users: (typeof GEORGE)[]) =>
      grouped('group_member_added', { members: members(...users), by: ANDREW });
    expect(translated(body(GEORGE, other))).toMatchObject({ members: [{ uid: GEORGE.uid }, { uid: 'carol' }] });
    expect(translated(body(GEORGE, other)).id).toBe(translated(body(other, GEORGE)).id);
  });

  test.each(['group_member_kicked', 'group_member_banned', 'group_member_unbanned'])(
    'of %s never name the acting admin as a member, and are no event without another',
    (trigger) => {
      const uids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
      fc.assert(
        fc.property(uids, fc.constantFrom('a', 'b', 'c', 'd'), (named, actor) => {
          const people = named.map((uid) => ({ ...GEORGE, uid }));
          const { events, reason } = translate(
            grouped(trigger, { members: members(...people), by: { ...ANDREW, uid: actor } }),
          );
          const others = named.filter((uid) => uid !== actor).sort();
          const changed = events.flatMap((event) => ('members' in event ? event.members.map(({ uid }) => uid) : []));
          expect(changed.toSorted()).toEqual(others);
          expect(reason).toBe(others.length === 0 ? 'names_only_actor' : undefined);
        }),
      );
    },
  );

  test('are distinguished by actor, action, and last activity', () => {
    const bodies = [
      grouped('group_member_added', { by: ANDREW }),
      grouped('group_member_added', { by: other }),
      grouped('group_member_added', { by: { ...ANDREW, lastActiveAt: AT } }),
      grouped('group_member_added', { by: ANDREW, members: members(other) }),
      grouped('group_member_added', { by: ANDREW, group: { ...HIKING, guid: 'g2' } }),
    ];
    expect(new Set(bodies.map((body) => translated(body).id)).size).toBe(bodies.length);
  });
});

test('ids that do not fit into ours are hashed, each to its own', () => {
  const ids = ['a b', 'a:b', 'x'.repeat(200), 'ü'].map((id) => translated(sent({ id })).id);
  for (const id of ids) expect(id).toMatch(/^cc:message_sent:[A-Za-z0-9_-]{43}$/);
  expect(new Set(ids).size).toBe(ids.length);
  expect(translated(webhook('user_mentioned', { message: message({ id: 'a b' }) })).id).toBe(ids[0]);
});

describe('whatever is posted', () => {
  const names = Object.keys(SAMPLES) as (keyof typeof SAMPLES)[];
  const read = (body: unknown): void => {
    const reading = readCometChat(body, NOW);
    if (!reading.ok) return;
    for (const found of [{}, REMEMBERED]) {
      for (const event of toEvents(reading.read, found).events) expect(Event.safeParse(event).error).toBeUndefined();
    }
  };

  test('any JSON under any trigger is read or refused, never thrown at', () => {
    const trigger = fc.constantFrom(...names);
    fc.assert(fc.property(trigger, fc.jsonValue(), (name, data) => read({ trigger: name, data })));
    fc.assert(fc.property(fc.jsonValue(), read));
  });

  test('a body with anything in any place becomes valid events or is refused', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary', maxLength: 400 }), fc.double(), fc.integer());
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), odd, (name, place, value) => {
        const paths = [...pathsIn(SAMPLES[name])];
        read(changed(SAMPLES[name], paths[place % paths.length] as string, value));
      }),
      { numRuns: 2000 },
    );
  });
});

/** The path of every field in a body. */
function* pathsIn(value: object, before = ''): Generator<string> {
  for (const [key, inner] of Object.entries(value)) {
    yield before + key;
    if (typeof inner === 'object' && inner !== null) yield* pathsIn(inner, `${before}${key}.`);
  }
}
