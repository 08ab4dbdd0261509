import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { decodeNote, encodeNote, type Noted, readAll, writeFirst } from './notes.ts';

/**
 * What is remembered of a reaction, so that its removal finds whom it was shown to (docs/rules/cometchat.md#reactions).
 */
export interface ReactionNote extends Noted {
  reactionId: string;
  messageId: string;
  /** uid of who reacted. */
  reactor: string;
  /** uid of who wrote the message, where it was known. */
  author?: string;
}

/**
 * Remembers reactions in one round trip. The first note of a reaction id stands: a duplicate of its event would write the
 * same. `retentionMs` is how long the event itself is kept from now on. Takes about 225 bytes a reaction.
 */
export async function noteReactions(
  redis: Redis,
  appId: string,
  notes: readonly ReactionNote[],
  retentionMs: number,
): Promise<void> {
  const entries = notes.map((note) => [keys.reaction(appId, note.reactionId), encode(note)] as const);
  await writeFirst(redis, entries, retentionMs);
}

/** What is remembered of a reaction, or undefined when it is unknown or its retention is over. */
export async function findReaction(redis: Redis, appId: string, reactionId: string): Promise<ReactionNote | undefined> {
  const [text] = await readAll(redis, [keys.reaction(appId, reactionId)]);
  return text === undefined ? undefined : decode(reactionId, text);
}

const encode = (note: ReactionNote): string => encodeNote(note, [note.reactor, note.author ?? '', note.messageId]);

function decode(reactionId: string, text: string): ReactionNote {
  const { ref, conversation, columns } = decodeNote(text, 3);
  const [reactor = '', author, messageId = ''] = columns;
  return { reactionId, messageId, reactor, conversation, ref, ...(author ? { author } : {}) };
}
