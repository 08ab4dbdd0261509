import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { decodeReference, encodeReference, type Reference, readAll, writeFirst } from './reference.ts';

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

/**
 * Records messages in one round trip. The first reference of a message id wins: a duplicate of its event would write
 * the same. `retentionMs` is how long the event itself is kept from now on. Takes about 195 bytes per message with ids
 * of ten characters, and 15 more for a reply.
 */
export async function recordMessages(
  redis: Redis,
  appId: string,
  references: readonly MessageReference[],
  retentionMs: number,
): Promise<void> {
  const entries = references.map((reference) => [keys.message(appId, reference.messageId), encode(reference)] as const);
  await writeFirst(redis, entries, retentionMs);
}

/** The reference of a message, or undefined when it is unknown or expired. */
export async function findMessage(
  redis: Redis,
  appId: string,
  messageId: string,
): Promise<MessageReference | undefined> {
  const [reference] = await findMessages(redis, appId, [messageId]);
  return reference;
}

/** The references of some messages, in the order asked, in one round trip. */
export async function findMessages(
  redis: Redis,
  appId: string,
  messageIds: readonly string[],
): Promise<(MessageReference | undefined)[]> {
  const texts = await readAll(
    redis,
    messageIds.map((messageId) => keys.message(appId, messageId)),
  );
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
