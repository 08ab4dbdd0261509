import { type Event, type Profiles, type RecipientProfile, shownUsers } from '@fanfare/core';
import { readDeliveryTarget, readGroup, readProfiles } from '@fanfare/store';
import type { Redis } from 'ioredis';

/** The registered names and pictures that an event's notification for one person needs, and that person. */
export interface Cast {
  profiles: Profiles;
  recipient: RecipientProfile;
  /** What the person is called: as registered, else as the event says, else the uid. */
  name: string;
  /** What the person calls the conversation: the group's name, or that of the other one. */
  conversationName: string;
}

/** Reads who is who in an event, from the point of view of one person; profiles as a sender reads them. */
export async function readCast(registry: Redis, appId: string, event: Event, uid: string): Promise<Cast> {
  const conversation = 'conversation' in event ? event.conversation : undefined;
  const [group, members, target] = await Promise.all([
    conversation?.type === 'group' ? readGroup(registry, appId, conversation.id) : undefined,
    readProfiles(registry, appId, [event.sender.uid, uid, ...shownUsers(event)]),
    readDeliveryTarget(registry, appId, uid),
  ]);
  const sender = members[event.sender.uid];
  return {
    profiles: { sender, receiver: group && { name: group.name, avatar: group.icon }, members },
    recipient: target ?? { uid },
    name: members[uid]?.name ?? saidName(event, uid) ?? uid,
    conversationName:
      conversation?.type === 'group'
        ? (conversation.name ?? group?.name ?? conversation.id)
        : (event.sender.name ?? sender?.name ?? event.sender.uid),
  };
}

/** What the event itself calls a person. */
function saidName(event: Event, uid: string): string | undefined {
  if (event.sender.uid === uid) return event.sender.name;
  if ('members' in event) return event.members.find((member) => member.uid === uid)?.name;
  return event.conversation.type === 'user' && event.conversation.id === uid ? event.conversation.name : undefined;
}
