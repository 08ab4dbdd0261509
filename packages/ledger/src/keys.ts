import type { Lane } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';

/**
 * Every key of the ledger. All but `location` and the notes by the chat backend's ids (`message` to `webhookDedup`), which are
 * asked for before a shard is known, carry the hash tag of the event's shard, which is also the prefix of the
 * shard's BullMQ queues, so that one script may touch them together on Redis Cluster. Everything about one event goes
 * with its retention (7 days, bulk 24 h); `open` and `load` empty themselves as deliveries settle.
 */
export const keys = {
  /** String: the shard an event id was given at acceptance. Retention of the event. */
  location: (appId: string, eventId: string) => `loc:{${appId}:${eventId}}`,
  /** String: event id → internal key. Retention of the event. */
  id: (shard: number, appId: string, eventId: string) => `${shardTag(shard)}:id:${appId}:${eventId}`,
  /** Hash: the event's body, its cursor and its counts; `event/record.ts` has the fields. */
  event: (shard: number, key: string) => `${shardTag(shard)}:ev:${key}`,
  /** Hash: slice number → planned slice (see planned-slice.ts). */
  plan: (shard: number, key: string) => `${shardTag(shard)}:plan:${key}`,
  /** String: four bits a delivery, at its ordinal. */
  states: (shard: number, key: string) => `${shardTag(shard)}:st:${key}`,
  /**
   * Hash: ordinal → attempts as text, where the first was not the last or killed the token; `d<ordinal>` → dead letter, of a rejected
   * delivery; `x<ordinal>` → deadline given by a replay.
   */
  attempts: (shard: number, key: string) => `${shardTag(shard)}:at:${key}`,
  /** Hash: of a ring, uid → key of the event that ends it on the user's devices (see rings.ts). */
  ringEnds: (shard: number, key: string) => `${shardTag(shard)}:re:${key}`,
  /** Sorted set: keys of events not yet done, by when the sweeper looks at them next. No TTL. */
  open: (shard: number) => `${shardTag(shard)}:open`,
  /**
   * Sorted set: the same keys of one lane, by when they were received or last reopened. Scripts append the lane to the
   * key of `open`. No TTL.
   */
  openSince: (shard: number, lane: Lane) => `${shardTag(shard)}:open:${lane}`,
  /** Sorted set: processes that report refusals, by when their report expires. Seconds. */
  refusals: `${shardTag(0)}:refusals`,
  /** String: the endpoints and credentials that refuse a process (see system/refusals.ts). Seconds. */
  refusalsOf: (processId: string) => `${shardTag(0)}:refusals:${processId}`,
  /** Hash: `<appId>|<provider>` → deliveries planned and not settled. No TTL. */
  load: (shard: number) => `${shardTag(shard)}:load`,
  /**
   * Sorted set: ids of an app's rejected deliveries, by time. Capped; goes with the last of their events. Says nothing of
   * a person: the letters themselves go each with its own event.
   */
  deadLetters: (shard: number, appId: string) => `${shardTag(shard)}:dl:${appId}`,
  /** Sorted set: time and key of the events in an app's notification log. Trimmed; goes with the last of the events. */
  log: (shard: number, appId: string) => `${shardTag(shard)}:log:${appId}`,
  /** String: who wrote a message, and where (see messages.ts). Retention of the event. */
  message: (appId: string, messageId: string) => `msg:{${appId}:${messageId}}`,
  /** String: whether a message was deleted, or when it was last edited (see changes.ts). Retention of that event. */
  change: (appId: string, messageId: string) => `chg:{${appId}:${messageId}}`,
  /** String: what moderation said last of a message (see verdicts.ts). As long as events are kept. */
  verdict: (appId: string, messageId: string) => `verdict:{${appId}:${messageId}}`,
  /** String: who reacted to which message (see reactions.ts). Retention of the event. */
  reaction: (appId: string, reactionId: string) => `rx:{${appId}:${reactionId}}`,
  /** String: when a reaction was removed (see reactions.ts). Retention of that event. */
  reactionRemoved: (appId: string, reactionId: string) => `rxr:{${appId}:${reactionId}}`,
  /** String: the ring of a call session (see calls.ts). A day at most, like the next two. */
  call: (appId: string, sessionId: string) => `call:{${appId}:${sessionId}}`,
  /** String: the latest ring in a conversation. */
  lastCall: (appId: string, conversationId: string) => `lastcall:{${appId}:${conversationId}}`,
  /** String: when the ringing of a call session was last ended. */
  ringEnd: (appId: string, sessionId: string) => `ringend:{${appId}:${sessionId}}`,
  /** String: what was last done to a person in a group, or by a person (see occasions.ts). A minute. */
  webhookDedup: (appId: string, subject: string, uid: string) => `occ:{${appId}:${subject}}:${uid}`,
};

/** The field of `load` that counts an app's open deliveries of one provider. */
export const loadField = (appId: string, provider: string): string => `${appId}|${provider}`;
