import {
  type GroupActionEvent,
  isCall,
  isGroupAction,
  isMessage,
  isReaction,
  type NotifyingEvent,
} from '../event/event.ts';
import { completeObject, type Participants } from './message-object.ts';
import { namedText } from './named-text.ts';
import { callActionOf } from './notification-details.ts';
import type { Profiles, RenderContext } from './render-context.ts';

type Json = Record<string, unknown>;

/**
 * The object that placeholders refer to: `message` in CometChat's shape, its `data` (CometChat's docs use both), and
 * the event's other parts: `reaction`, `group`, `call`, `member`. Mentions in the text become `@name`.
 */
export function placeholderRoot(event: NotifyingEvent, context: RenderContext, participants: Participants): Json {
  const nameOf = (uid: string) => personName(event, context, participants, uid);
  const message = readable(completeObject(event, participants), (text) =>
    namedText(text, event, context.profiles, context.recipient.uid, {
      recipient: nameOf,
      everyone: (uid) => nameForEveryone(event, context.profiles, participants, uid),
    }),
  );
  const { conversation } = event;
  return {
    message,
    data: message.data,
    ...(isReaction(event) ? { reaction: event.reaction } : {}),
    ...(conversation.type === 'group'
      ? { group: { guid: conversation.id, name: participants.receiverName, icon: participants.receiverAvatar } }
      : {}),
    ...(isCall(event) ? { call: { ...event.call, action: callActionOf(event.type) } } : {}),
    ...(isGroupAction(event) ? { member: memberOf(event, nameOf) } : {}),
  };
}

function memberOf({ members }: GroupActionEvent, nameOf: (uid: string) => string | undefined): Json {
  const names = members.map(({ uid, name }) => name ?? nameOf(uid) ?? uid);
  return {
    ...members[0],
    name: names[0],
    names: list(names),
    count: names.length,
    scope: members[0]?.scope ?? 'member',
  };
}

/** At most three names are spelled out: a notification is one line. */
function list(names: string[]): string {
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} and ${names.length - 2} others`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function readable(message: Json, named: (text: string) => string): Json {
  const { data } = message;
  if (!isObject(data) || typeof data.text !== 'string') return message;
  return { ...message, data: { ...data, text: named(data.text) } };
}

/** A user's display name: from the event, else from the backend's object, else as registered. */
function personName(
  event: NotifyingEvent,
  { profiles, recipient }: Pick<RenderContext, 'profiles' | 'recipient'>,
  participants: Participants,
  uid: string,
): string | undefined {
  if (uid !== recipient.uid || uid === participants.sender) return nameForEveryone(event, profiles, participants, uid);
  if (event.conversation.type === 'user') return participants.receiverName;
  return mentionedName(event, uid) ?? recipient.name;
}

/** The name that every recipient sees. */
function nameForEveryone(
  event: NotifyingEvent,
  profiles: Profiles,
  participants: Participants,
  uid: string,
): string | undefined {
  if (uid === participants.sender) return participants.senderName;
  const { type, id, name } = event.conversation;
  const said = type === 'user' && uid === id ? name : undefined;
  return said ?? mentionedName(event, uid) ?? own(profiles.members, uid)?.name;
}

/** `data.mentions` is a map from uid to user (docs/rules/cometchat.md#message). */
function mentionedName(event: NotifyingEvent, uid: string): string | undefined {
  const data = isMessage(event) ? event.message.object?.data : undefined;
  const mentions = isObject(data) && isObject(data.mentions) ? data.mentions : undefined;
  const person = own(mentions, uid);
  return isObject(person) && typeof person.name === 'string' && person.name !== '' ? person.name : undefined;
}

/** Own properties only: a uid may be "constructor". */
const own = <T>(object: Record<string, T> | undefined, key: string): T | undefined =>
  object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
