import {
  conversationId,
  isCall,
  isGroupAction,
  isMessage,
  isReaction,
  type MessageEvent,
  type NotifyingEvent,
} from '../event/event.ts';
import type { AppPreferences } from '../preferences/settings.ts';
import { compact } from './compact.ts';

type Json = Record<string, unknown>;

/** The sender and receiver of an event, as the details name them. */
export interface Participants {
  sender: string;
  senderName: string;
  senderAvatar: string | undefined;
  receiver: string;
  receiverName: string;
  receiverAvatar: string | undefined;
}

/**
 * The subject of an event in the shape of CometChat's messages (docs/rules/cometchat.md#message; times in seconds): the
 * backend's own message object, completed from the event and with both participants' names.
 */
export function completeObject(event: NotifyingEvent, participants: Participants): Json {
  const made = madeObject(event, participants);
  return isMessage(event) && event.message.object ? filled(event.message.object, made) : made;
}

/**
 * The object sent along with a message: the backend's own, completed with metadata and both participants' names, or one
 * built from the event if there is none. `metadata` is omitted as the app configures
 * (docs/rules/decision.md#payload-options).
 */
export function sentObject(event: MessageEvent, participants: Participants, options: AppPreferences['push']): Json {
  const made = madeObject(event, participants);
  const { object } = event.message;
  const metadata = partsOf(event).data?.metadata;
  const complete = object
    ? filled(object, { data: compact<Json>({ metadata, entities: entitiesOf(event, participants) }) })
    : made;
  const left: (string[] | false)[] = [
    !options.includeSenderMetadataSetting && ['data', 'entities', 'sender', 'entity', 'metadata'],
    !options.includeReceiverMetadataSetting && ['data', 'entities', 'receiver', 'entity', 'metadata'],
    !options.includeMessageMetadataSetting && ['data', 'metadata'],
  ];
  return left.filter((path) => path !== false).reduce((rest, path) => without(rest, path), complete);
}

function madeObject(event: NotifyingEvent, participants: Participants): Json {
  const { id, category, type, parentId, data } = partsOf(event);
  return compact<Json>({
    id,
    conversationId: conversationId(event.sender.uid, event.conversation),
    sender: participants.sender,
    receiver: participants.receiver,
    receiverType: event.conversation.type,
    category,
    type,
    parentId,
    data: compact<Json>({ ...data, entities: entitiesOf(event, participants) }),
    sentAt: seconds(event),
    updatedAt: seconds(event),
    ...changeOf(event),
  });
}

interface Parts {
  id?: string | undefined;
  category: string;
  type: string;
  parentId?: string | undefined;
  data?: { text?: string | undefined; metadata?: Json | undefined };
}

function partsOf(event: NotifyingEvent): Parts {
  if (isReaction(event)) return { id: event.reaction.messageId, category: 'message', type: 'text' };
  if (isCall(event)) return { id: event.call.id ?? event.call.sessionId, category: 'call', type: event.call.type };
  if (isGroupAction(event)) return { category: 'action', type: 'groupMember' };
  const { id, category, type, parentId, text, metadata } = event.message;
  // Deleted content is gone.
  return { id, category, type, parentId, data: event.type === 'message.deleted' ? {} : { text, metadata } };
}

const changeOf = (event: NotifyingEvent): Json => {
  if (event.type === 'message.edited') return { editedAt: seconds(event), editedBy: event.sender.uid };
  return event.type === 'message.deleted' ? { deletedAt: seconds(event), deletedBy: event.sender.uid } : {};
};

const seconds = ({ sentAt }: NotifyingEvent): number => Math.floor(sentAt / 1000);

const entitiesOf = ({ conversation }: NotifyingEvent, participants: Participants): Json => ({
  sender: {
    entity: person(participants.sender, participants.senderName, participants.senderAvatar),
    entityType: 'user',
  },
  receiver:
    conversation.type === 'user'
      ? {
          entity: person(participants.receiver, participants.receiverName, participants.receiverAvatar),
          entityType: 'user',
        }
      : {
          entity: compact<Json>({
            guid: participants.receiver,
            name: participants.receiverName,
            icon: participants.receiverAvatar,
          }),
          entityType: 'group',
        },
});

const person = (uid: string, name: string, avatar: string | undefined): Json => compact<Json>({ uid, name, avatar });

/** The object, with values from `defaults` where it has none: absent, null or empty text. */
function filled(object: Json, defaults: Json): Json {
  const entries = new Map(Object.entries(object));
  for (const [key, standard] of Object.entries(defaults)) {
    const value = entries.get(key);
    if (value === undefined || value === null || value === '') entries.set(key, standard);
    else if (isObject(value) && isObject(standard) && !isAnother(value, standard))
      entries.set(key, filled(value, standard));
  }
  return Object.fromEntries(entries);
}

/** The editor of a message need not be its author: the two never share a name. */
const isAnother = (entity: Json, standard: Json): boolean =>
  typeof entity.uid === 'string' && standard.uid !== undefined && entity.uid !== standard.uid;

/** The object without the member at the path; unchanged if there is none. */
function without(object: Json, [name = '', ...rest]: string[]): Json {
  if (!Object.hasOwn(object, name)) return object;
  if (rest.length === 0) return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  const inner = object[name];
  return isObject(inner) ? { ...object, [name]: without(inner, rest) } : object;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
