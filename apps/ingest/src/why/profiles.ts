import { type Event, isGroupAction, type Profiles, type Recipient } from '@fanfare/core';
import { readDeliveryTarget, readGroup, readProfiles } from '@fanfare/store';
import type { Redis } from 'ioredis';

/** The registered names and pictures that an event's notification for one person needs, and that person. */
export interface Cast {
  profiles: Profiles;
  recipient: Recipient;
  /** What the person is called: as registered, else as the event says, else the uid. */
  name: string;
  /** What the person calls the conversation: the group's name, or that of the other one. */
  conversationName: string;
}

/** Reads who is who in an event, from the point of view of one person. */
export async function readCast(registry: Redis, appId: string, event: Event, uid: string): Promise<Cast> {
  const conversation = 'conversation' in event ? event.conversation : undefined;
  const people = [event.sender.uid, uid, ...(isGroupAction(event) ? event.members.map((member) => member.uid) : [])];
  const [group, members, target] = await Promise.all([
    conversation?.type === 'group' ? readGroup(registry, appId, conversation.id) : undefined,
    readProfiles(registry, appId, people),
    readDeliveryTarget(registry, appId, uid),
  ]);
  const recipient = target ?? { uid };
  const { name, avatar } = recipient;
  const receiver = group ? { name: group.name, avatar: group.icon } : { name, avatar };
  const profiles: Profiles = { sender: members[event.sender.uid], members, receiver };
  const said = conversation?.type === 'user' && conversation.id === uid ? conversation.name : undefined;
  return {
    profiles: conversation?.type === 'group' && !group ? { sender: profiles.sender, members } : profiles,
    recipient,
    name: members[uid]?.name ?? said ?? uid,
    conversationName:
      conversation?.type === 'group'
        ? (conversation.name ?? group?.name ?? conversation.id)
        : (event.sender.name ?? members[event.sender.uid]?.name ?? event.sender.uid),
  };
}
