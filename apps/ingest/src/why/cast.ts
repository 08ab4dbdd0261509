import {
  conversationOf,
  type Event,
  hasMembers,
  type Profiles,
  type RecipientProfile,
  shownUsers,
} from '@fanfare/core';
import { readDeliveryTarget, readGroup, readProfiles } from '@fanfare/store';
import type { Redis } from 'ioredis';

/** The recipient, and the registered names and pictures that a notification for them needs. */
export interface Cast {
  profiles: Profiles;
  recipient: RecipientProfile;
  /** The recipient's name: as registered, else as in the event, else the uid. */
  name: string;
  /** The conversation's name for the recipient: that of the group, or of the other user. */
  conversationName: string;
}

/** Reads the names in an event from one recipient's point of view, with the profiles a sender would read. */
export async function readCast(registry: Redis, appId: string, event: Event, uid: string): Promise<Cast> {
  const conversation = conversationOf(event);
  const [group, members, target] = await Promise.all([
    conversation?.type === 'group' ? readGroup(registry, appId, conversation.id) : undefined,
    readProfiles(registry, appId, [event.sender.uid, uid, ...shownUsers(event)]),
    readDeliveryTarget(registry, appId, uid),
  ]);
  const sender = members[event.sender.uid];
  return {
    profiles: { sender, receiver: group && { name: group.name, avatar: group.icon }, members },
    recipient: target ?? { uid },
    name: members[uid]?.name ?? nameInEvent(event, uid) ?? uid,
    conversationName:
      conversation?.type === 'group'
        ? (conversation.name ?? group?.name ?? conversation.id)
        : (event.sender.name ?? sender?.name ?? event.sender.uid),
  };
}

/** A user's name according to the event. */
function nameInEvent(event: Event, uid: string): string | undefined {
  if (event.sender.uid === uid) return event.sender.name;
  if (hasMembers(event)) return event.members.find((member) => member.uid === uid)?.name;
  return event.conversation.type === 'user' && event.conversation.id === uid ? event.conversation.name : undefined;
}
