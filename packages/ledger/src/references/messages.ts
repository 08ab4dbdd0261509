import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { decodeReference, encodeReference, type Reference, readAll, writeFirst } from './reference.ts';

/**
 * What is remembered of a message, because the chat backend's later webhooks lack it: a reaction names neither the
 * author nor the conversation, an edit may not name the conversation (docs/rules/cometchat.md#lookups). No text is kept
 * here.
 */
export interface MessageReference extends Reference {
  messageId: string;
  /** uid of who wrote it. */
  author: string;
  /** The message it is a reply to in a thread. */
  parentId?: string;
}

/**
 * Remembers messages in one round trip. The first note of a message id stands: a duplicate of its event would write the
 * same. `retentionMs` is how long the event itself is kept from now on. Takes about 195 bytes a message with ids of
 * ten characters, and 15 more for a reply.
 */
export async function recordMessages(
  redis: Redis,
  appId: string,
  notes: readonly MessageReference[],
  retentionMs: number,
): Promise<void> {
  const entries = notes.map((note) => [keys.message(appId, note.messageId), encode(note)] as const);
  await writeFirst(redis, entries, retentionMs);
}

/** What is remembered of a message, or undefined when it is unknown or its retention is over. */
export async function findMessage(
  redis: Redis,
  appId: string,
  messageId: string,
): Promise<MessageReference | undefined> {
  const [note] = await findMessages(redis, appId, [messageId]);
  return note;
}

/** What is remembered of some messages, in the order asked, in one round trip. */
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

const encode = (note: MessageReference): string =>
  encodeReference(note, note.parentId === undefined ? [note.author] : [note.author, note.parentId]);

function decode(messageId: string, text: string): MessageReference {
  const { ref, conversation, columns } = decodeReference(text, 2);
  const [author = '', parentId] = columns;
  return { messageId, author, conversation, ref, ...(parentId === undefined ? {} : { parentId }) };
}
