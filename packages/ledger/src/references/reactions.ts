import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import {
  decodeReference,
  encodeReference,
  type Reference,
  type ReferenceKind,
  rankOf,
  readAll,
  writeFirst,
  writeLatest,
} from './reference.ts';

/** The data of a reaction that lets its removal find the recipients (docs/rules/cometchat.md#reactions). */
export interface ReactionReference extends Reference {
  reactionId: string;
  messageId: string;
  /** uid of the user who reacted. */
  reactor: string;
  /** uid of the message's author, if it was known. */
  author?: string;
}

const REACTIONS: ReferenceKind = { prefix: keys.reactions, old: keys.oldReaction };

/**
 * Records reactions in one round trip. The first reference of a reaction id wins: a duplicate of its event would write
 * the same. `retentionMs` is how long the event itself is kept from now on. Takes about 100 bytes per reaction.
 */
export const recordReactions = (
  redis: Redis,
  appId: string,
  references: readonly ReactionReference[],
  retentionMs: number,
): Promise<void> =>
  writeFirst(
    redis,
    REACTIONS,
    appId,
    references.map((reference) => ({ id: reference.reactionId, key: reference.ref.key, text: encode(reference) })),
    retentionMs,
  );

/** The reference of a reaction, or undefined when it is unknown or expired. */
export async function findReaction(
  redis: Redis,
  appId: string,
  reactionId: string,
  now: number = Date.now(),
): Promise<ReactionReference | undefined> {
  const [text] = await readAll(redis, REACTIONS, appId, [reactionId], now);
  return text === undefined ? undefined : decode(reactionId, text);
}

/**
 * Records that a reaction was removed at `at`, epoch ms: its addition must no longer be sent. May come before the
 * addition. The latest time wins, since a reaction may be added again.
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

const encode = (reference: ReactionReference): string =>
  encodeReference(reference, [reference.reactor, reference.author ?? '', reference.messageId]);

function decode(reactionId: string, text: string): ReactionReference {
  const { ref, conversation, columns } = decodeReference(text, 3);
  const [reactor = '', author, messageId = ''] = columns;
  return { reactionId, messageId, reactor, conversation, ref, ...(author ? { author } : {}) };
}
