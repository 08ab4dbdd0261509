import type { LifeEvent } from './oracle.ts';

/** What happens next: an event, or a change that no event tells of. */
export type Step = LifeEvent | { id: string; type: 'change'; change: string };

let serial = 0;

/** A day of the group's, and of some of its people among themselves. */
export function day(guid: string): Step[] {
  const group = { type: 'group', id: guid };
  const to = (uid: string) => ({ type: 'user', id: uid });
  const event = (type: string, from: string, conversation: object | undefined, rest: object): LifeEvent => ({
    id: `life-${++serial}`,
    type,
    sentAt: Date.now(),
    sender: { uid: from },
    ...(conversation ? { conversation } : {}),
    ...rest,
  });
  const says = (from: string, conversation: object, id: string, text: string, rest: object = {}) =>
    event('message.sent', from, conversation, { message: { id, type: 'text', text, ...rest } });
  const changes = (type: string, from: string, conversation: object, id: string) =>
    event(`message.${type}`, from, conversation, { message: { id, type: 'text', text: 'changed' } });
  const reacts = (type: string, from: string, conversation: object, id: string, messageId: string) =>
    event(`reaction.${type}`, from, conversation, { reaction: { id, messageId, reaction: '😎' } });
  const member = (action: string, from: string, ...uids: string[]) =>
    event(`group.member_${action}`, from, group, { members: uids.map((uid) => ({ uid })) });
  const calls = (state: string, from: string, conversation: object, sessionId: string) =>
    event(`call.${state}`, from, conversation, { call: { sessionId, type: 'video' } });
  const change = (what: string): Step => ({ id: `change-${++serial}`, type: 'change', change: what });

  return [
    says('p-000', group, 'm-1', 'Good morning'),
    says('p-001', group, 'm-2', 'Hello <@uid:p-030> and <@uid:p-031>', { mentions: ['p-032', 'p-033'] }),
    says('p-002', group, 'm-3', 'Who comes along, <@all:all>?'),
    reacts('added', 'p-003', group, 'r-1', 'm-1'),
    reacts('added', 'p-002', group, 'r-2', 'm-2'),
    says('p-003', group, 'm-4', 'Me!', { parentId: 'm-3' }),
    says('p-040', group, 'm-5', 'Me too, and <@uid:p-041>', { parentId: 'm-3' }),
    says('p-004', group, 'm-6', 'And me', { parentId: 'm-3' }),
    says('p-005', group, 'm-7', 'A fine day', { quotedMessageId: 'm-1' }),
    says('p-006', group, 'm-8', 'For <@uid:p-050>', { quotedMessageId: 'm-2', parentId: 'm-1' }),
    changes('edited', 'p-000', group, 'm-1'),
    changes('deleted', 'p-001', group, 'm-2'),
    reacts('removed', 'p-003', group, 'r-1', 'm-1'),
    member('left', 'p-060', 'p-060'),
    member('joined', 'p-061', 'p-061'),
    member('added', 'p-000', 'p-062', 'p-063'),
    member('kicked', 'p-000', 'p-064'),
    member('banned', 'p-000', 'p-065', 'p-066'),
    member('unbanned', 'p-000', 'p-065'),
    member('scope_changed', 'p-000', 'p-067'),
    says('p-000', group, 'm-9', 'Who is left?'),
    changes('edited', 'p-002', group, 'm-3'),
    calls('initiated', 'p-000', group, 's-1'),
    calls('cancelled', 'p-000', group, 's-1'),
    change('calls go through Do Not Disturb and mutes, keep to schedules, and no one is notified that one goes on'),
    calls('initiated', 'p-001', group, 's-2'),
    calls('ongoing', 'p-001', group, 's-2'),
    calls('ended', 'p-001', group, 's-2'),
    event('user.blocked', 'p-000', undefined, { members: [{ uid: 'p-070' }, { uid: 'p-071' }] }),
    event('user.blocked', 'p-072', undefined, { members: [{ uid: 'p-000' }] }),
    says('p-000', group, 'm-10', 'Not for all'),
    event('user.unblocked', 'p-000', undefined, { members: [{ uid: 'p-070' }] }),
    change('the webhook is switched on'),
    says('p-000', group, 'm-11', 'For <@uid:p-070> by webhook as well'),
    change('mentions go past Do Not Disturb, mutes and schedules'),
    says('p-001', group, 'm-12', `Now ${uidsFrom(100, 160)}`),
    says('p-002', group, 'm-13', 'Now <@all:all>!'),
    change('people have no say in messages and schedules, and deletions are not told'),
    says('p-000', group, 'm-14', 'At any time'),
    event('message.sent', 'p-000', group, { message: { id: 'm-15', type: 'location', category: 'custom' } }),
    event('message.sent', 'p-000', group, {
      message: { id: 'm-16', type: 'location', category: 'custom', sendNotification: true },
    }),
    changes('deleted', 'p-000', group, 'm-14'),
    change('reactions are for everyone'),
    reacts('added', 'p-004', group, 'r-4', 'm-9'),
    reacts('removed', 'p-004', group, 'r-4', 'm-9'),
    change('a user is deactivated'),
    ...Array.from({ length: 20 }, (_, i) => `p-${200 + i}`).flatMap((uid, i) => [
      says('p-001', to(uid), `n-${i}`, i % 3 === 0 ? `Psst <@uid:${uid}>` : 'Psst'),
    ]),
    reacts('added', 'p-200', to('p-001'), 'r-3', 'n-0'),
    calls('initiated', 'p-001', to('p-201'), 's-3'),
    calls('unanswered', 'p-001', to('p-201'), 's-3'),
    event('message.read', 'p-202', to('p-001'), { message: { id: 'n-2' } }),
  ];
}

const uidsFrom = (first: number, last: number): string =>
  Array.from({ length: last - first }, (_, i) => `<@uid:p-${first + i}>`).join(' ');
