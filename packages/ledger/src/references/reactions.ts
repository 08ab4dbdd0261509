import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import {
  decodeReference,
  encodeReference,
  type Reference,
  rankOf,
  readAll,
  writeFirst,
  writeLatest,
} from './reference.ts';

/**
 * What is remembered of a reaction, so that its removal finds whom it was shown to (docs/rules/cometchat.md#reactions).
 */
export interface ReactionReference extends Reference {
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
export async function recordReactions(
  redis: Redis,
  appId: string,
  notes: readonly ReactionReference[],
  retentionMs: number,
): Promise<void> {
  const entries = notes.map((note) => [keys.reaction(appId, note.reactionId), encode(note)] as const);
  await writeFirst(redis, entries, retentionMs);
}

/** What is remembered of a reaction, or undefined when it is unknown or its retention is over. */
export async function findReaction(
  redis: Redis,
  appId: string,
  reactionId: string,
): Promise<ReactionReference | undefined> {
  const [text] = await readAll(redis, [keys.reaction(appId, reactionId)]);
  return text === undefined ? undefined : decode(reactionId, text);
}

/**
 * Marks that a reaction was removed at `at`, epoch ms: its addition is not to be sent any more. May come before the
 * addition. The latest moment stands, since a reaction may be added again.
 */
export async function removeReaction(
  redis: Redis,
  appId: string,
  reactionId: string,
  at: number,
  retentionMs: number,
): Promise<void> {
  await writeLatest(redis, keys.reactionRemoved(appId, reactionId), rankOf(at), retentionMs);
}

/** Whether the reaction that was added at `addedAt`, epoch ms, has been removed since. One GET. */
export async function isReactionRemoved(
  redis: Redis,
  appId: string,
  reactionId: string,
  addedAt: number,
): Promise<boolean> {
  const removedAt = await redis.get(keys.reactionRemoved(appId, reactionId));
  return removedAt !== null && addedAt <= Number(removedAt);
}

const encode = (note: ReactionReference): string =>
  encodeReference(note, [note.reactor, note.author ?? '', note.messageId]);

function decode(reactionId: string, text: string): ReactionReference {
  const { ref, conversation, columns } = decodeReference(text, 3);
  const [reactor = '', author, messageId = ''] = columns;
  return { reactionId, messageId, reactor, conversation, ref, ...(author ? { author } : {}) };
}
