import type { Event } from '@fanfare/core';
import type { Conversation } from './translation.ts';
import type { Addressing, Profile } from './wire.ts';

type Profiles = readonly (Profile | undefined)[];

const profileOf = (id: string, profiles: Profiles): Profile | undefined =>
  profiles.find((profile) => profile?.id === id);

/** The user with this uid as a sender, with name and avatar from the profiles. */
export function senderOf(uid: string, profiles: Profiles): Event['sender'] {
  const profile = profileOf(uid, profiles);
  return { uid, name: profile?.name, avatar: profile?.avatar };
}

/** The conversation from the actor's point of view: the group, or the other user of a 1:1. */
export function conversationFrom(actor: string, route: Addressing, profiles: Profiles): Conversation {
  const { receiverType: type, receiver, sender } = route;
  const id = type === 'user' && actor === receiver ? sender : receiver;
  const profile = profileOf(id, profiles);
  return { type, id, name: profile?.name, avatar: profile?.avatar };
}
