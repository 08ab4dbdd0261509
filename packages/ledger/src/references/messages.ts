import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import {
  decodeReference,
  encodeReference,
  type Reference,
  type ReferenceKind,
  readAll,
  writeFirst,
} from './reference.ts';

/**
 * The data of a message that the chat backend's later webhooks lack: a reaction names neither author nor conversation,
 * and an edit may not name the conversation (docs/rules/cometchat.md#lookups). Contains no text.
 */
export interface MessageReference extends Reference {
  messageId: string;
  /** uid of the author. */
  author: string;
  /** The message it replies to in a thread. */
  parentId?: string;
}

const MESSAGES: ReferenceKind = { prefix: keys.messages, old: keys.oldMessage };

/**
 * Records messages in one round trip. The first reference of a message id wins: a duplicate of its event would write
 * the same. `retentionMs` is how long the event itself is kept from now on. Takes about 75 bytes per message with ids
 * of ten characters, and 11 more for a reply.
 */
export const recordMessages = (
  redis: Redis,
  appId: string,
  references: readonly MessageReference[],
  retentionMs: number,
): Promise<void> =>
  writeFirst(
    redis,
    MESSAGES,
    appId,
    references.map((reference) => ({ id: reference.messageId, key: reference.ref.key, text: encode(reference) })),
    retentionMs,
  );

/** The reference of a message, or undefined when it is unknown or expired. */
export async function findMessage(
  redis: Redis,
  appId: string,
  messageId: string,
  now: number = Date.now(),
): Promise<MessageReference | undefined> {
  const [reference] = await findMessages(redis, appId, [messageId], now);
  return reference;
}

/** The references of some messages, in the order asked, in one round trip if all of them are known. */
export async function findMessages(
  redis: Redis,
  appId: string,
  messageIds: readonly string[],
  now: number = Date.now(),
): Promise<(MessageReference | undefined)[]> {
  const texts = await readAll(redis, MESSAGES, appId, messageIds, now);
  return messageIds.map((messageId, i) => {
    const text = texts[i];
    return text === undefined ? undefined : decode(messageId, text);
  });
}

const encode = (reference: MessageReference): string =>
  encodeReference(
    reference,
    reference.parentId === undefined ? [reference.author] : [reference.author, reference.parentId],
  );

function decode(messageId: string, text: string): MessageReference {
  const { ref, conversation, columns } = decodeReference(text, 2);
  const [author = '', parentId] = columns;
  return { messageId, author, conversation, ref, ...(parentId === undefined ? {} : { parentId }) };
}
