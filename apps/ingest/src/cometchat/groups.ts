import { type Event, type GroupActionEvent, MAX_RECIPIENTS, Uid } from '@fanfare/core';
import { z } from 'zod';
import { fingerprint, webhookEventId } from './event-id.ts';
import { type Reader, reader } from './reader.ts';
import { type Context, ready } from './translation.ts';
import { tolerant, WireGroup, WireMember, WireTime, WireUid, WireUser } from './wire.ts';

/** A map from uid to user, as a list. */
const Members = z
  .record(z.string(), WireMember)
  .refine((map) => Object.keys(map).every((uid) => Uid.safeParse(uid).success), {
    error: 'has a key that is not 1 to 100 characters of A-Z, a-z, 0-9, "_" and "-"',
  })
  .transform((map) => Object.entries(map).map(([uid, member]) => ({ ...member, uid })))
  .refine((list) => list.length > 0 && list.length <= MAX_RECIPIENTS, {
    error: `must name 1 to ${MAX_RECIPIENTS} users`,
  });
type Member = z.output<typeof Members>[number];

/** CometChat's uid for actions without a user. */
const SYSTEM = 'app_system';

const Action = z.object({ group: WireGroup, members: Members, by: WireUser.nullish(), sentAt: WireTime });
type Action = z.output<typeof Action>;

/** `group_member_joined`, `_left`: each member acts for themselves, so there is one event per member. */
export const readOwnAction = (type: 'group.member_joined' | 'group.member_left'): Reader =>
  reader(Action, (action, { trigger, now }) =>
    ready(
      ...action.members.map(
        (member): GroupActionEvent => ({
          ...common(trigger, action, [member], now),
          type,
          sender: senderOf(member),
        }),
      ),
    ),
  );

/** The other `group_member_*`: another user acts on the members (docs/rules/cometchat.md#members). */
export const readActionOnMembers = (type: GroupActionEvent['type']): Reader =>
  reader(Action, (action, context) => ofMembers(type, action, action.members, context));

/**
 * `group_member_kicked`, `_banned`, `_unbanned`. If they are done on behalf of an admin, CometChat may name that admin
 * as the member. So the actor is left out, and there is no event if no other member is named.
 */
export const readRemoval = (type: 'group.member_kicked' | 'group.member_banned' | 'group.member_unbanned'): Reader =>
  reader(Action, (action, context) => {
    const others = action.members.filter(({ uid }) => uid !== action.by?.uid);
    if (others.length === 0) return { complete: () => ({ events: [], reason: 'names_only_actor' }) };
    return ofMembers(type, action, others, context);
  });

const ofMembers = (type: GroupActionEvent['type'], action: Action, members: Member[], { trigger, now }: Context) =>
  ready({ ...common(trigger, action, members, now), type, sender: senderOf(action.by ?? { uid: SYSTEM }) });

function common(trigger: string, action: Action, members: Member[], now: number) {
  const { group, by } = action;
  const marks = [group.guid, group.updatedAt, group.membersCount, by?.uid, by?.lastActiveAt];
  return {
    id: webhookEventId(trigger, [fingerprint([...marks, ...marksOf(members)].map(String))]),
    // The group's `updatedAt` is the time its details changed, not its members.
    sentAt: action.sentAt ?? now,
    conversation: { type: 'group' as const, id: group.guid, name: group.name, avatar: group.icon },
    members: members.map(({ uid, name, scope, oldScope }) => ({ uid, name, scope, oldScope })),
  };
}

const Deletion = z.object({ group: tolerant(z.object({ guid: WireUid })) });

/** `group_deleted`: state, not an event. Its payload is undocumented; one that names no group is ignored. */
export const readGroupDeletion: Reader = reader(
  Deletion,
  ({ group }) => group && { complete: () => ({ events: [], state: { kind: 'group_deleted', guid: group.guid } }) },
);

const Block = z.object({ users: Members, by: WireUser, sentAt: WireTime });

/** `user_blocked`, `user_unblocked` (docs/rules/cometchat.md#state-webhooks). */
export const readBlock = (type: 'user.blocked' | 'user.unblocked'): Reader =>
  reader(Block, ({ users, by, sentAt }, { trigger, now }) => {
    const marks = [by.uid, by.lastActiveAt, ...marksOf(users)].map(String);
    return ready({
      id: webhookEventId(trigger, [fingerprint(marks)]),
      type,
      sentAt: sentAt ?? now,
      sender: senderOf(by),
      members: users.map(({ uid, name }) => ({ uid, name })),
    });
  });

/**
 * Distinguishes bodies without an id and often without a time, by when the users named were last active. The order of a
 * map is irrelevant.
 */
const marksOf = (members: Member[]): unknown[] =>
  members
    .toSorted((a, b) => (a.uid < b.uid ? -1 : 1))
    .flatMap(({ uid, scope, oldScope, lastActiveAt }) => [uid, scope, oldScope, lastActiveAt]);

const senderOf = ({ uid, name, avatar }: Event['sender']): Event['sender'] => ({ uid, name, avatar });
