import type { Lane, ProviderKind } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';

/**
 * Every key of the ledger. Except for `locations`, the references by the chat backend's ids (`messages` to
 * `webhookDedup`) and the numbers of shards, which are read before a shard is known, and for an app's `stats` and
 * outcomes, they carry the hash tag of the event's shard. It is also the prefix of the shard's BullMQ queues, so that
 * one script may use both on Redis Cluster. All data of an event expires with its retention (7 days, bulk 24 h),
 * buckets up to a day later; what is open and the load empty themselves as deliveries settle.
 */
export const keys = {
  /** The prefix of all keys of a shard, for the scripts about admission, which touch those of many events. */
  root: (shard: number) => `${shardTag(shard)}:`,
  /**
   * Prefix of hashes, one a day (see buckets/): event ids → internal keys. Retention of the events, and up to a day
   * longer, as are all buckets.
   */
  ids: (shard: number, appId: string, bucket: string) => `${shardTag(shard)}:ids:${appId}:${bucket}:`,
  /** Sorted set: `<day>:<app>` that have such hashes, by day (see buckets/bucket-days.ts). Expires with the last. */
  bucketDays: (shard: number) => `${shardTag(shard)}:id-days`,
  /** Prefix of hashes, one a day: event ids → the shards assigned at acceptance, while there are several. */
  locations: (appId: string, bucket: string) => `loc:{${appId}:${bucket}}:`,
  /** String of an older version: the shard of an event id. */
  oldLocation: (appId: string, eventId: string) => `loc:{${appId}:${eventId}}`,
  /** String of an older version: event id → internal key. */
  oldId: (shard: number, appId: string, eventId: string) => `${shardTag(shard)}:id:${appId}:${eventId}`,
  /** Hash: the event's body, its cursor and its counts; `event/record.ts` has the fields. */
  event: (shard: number, key: string) => `${shardTag(shard)}:ev:${key}`,
  /** Hash: slice number → planned slice (see planned-slice.ts). */
  plan: (shard: number, key: string) => `${shardTag(shard)}:plan:${key}`,
  /** String: four bits per delivery, at its ordinal. */
  states: (shard: number, key: string) => `${shardTag(shard)}:st:${key}`,
  /**
   * Hash: ordinal → attempts as text, unless the first was also the last and did not kill the token; `d<ordinal>` →
   * dead letter of a rejected delivery; `x<ordinal>` → deadline given by a replay.
   */
  attempts: (shard: number, key: string) => `${shardTag(shard)}:at:${key}`,
  /** Hash of a ring: uid → key of the event that ends it on the user's devices (see rings.ts). */
  ringEnds: (shard: number, key: string) => `${shardTag(shard)}:re:${key}`,
  /** Hash: app → its events of a lane that are admitted and not fully planned. No TTL. */
  admittedCounts: (shard: number, lane: Lane) => `${shardTag(shard)}:adm:${lane}`,
  /** String, with the hash tag of another key: written before a wait for replicas (see event/replicas.ts). Seconds. */
  replicated: (key: string) => `${/\{[^}]*\}/.exec(key)?.[0]}:replicated`,
  /** String: over how many shards events are spread, by which the limits of admission are divided. No TTL. */
  shardsInUse: (shard: number) => `${shardTag(shard)}:shards`,
  /** Sorted set: the keys of these events of all apps, by when they were admitted. No TTL. */
  admitted: (shard: number, lane: Lane) => `${shardTag(shard)}:admitted:${lane}`,
  /**
   * Sorted set: an app's events of a lane that wait to be admitted, by when they were received; those that have begun,
   * and are in `looksOf` as well, have a negative score. No TTL.
   */
  waiting: (shard: number, lane: Lane, appId: string) => `${shardTag(shard)}:wait:${lane}:${appId}`,
  /** Prefix of hashes by queue: app → where its next job begins (see admission/ranks.lua.ts). No TTL. */
  ranks: (shard: number) => `${shardTag(shard)}:ranks:`,
  /** Hash: app → how many deliveries its last events had on average, while others wait. No TTL. */
  sizes: (shard: number, lane: Lane) => `${shardTag(shard)}:sizes:${lane}`,
  /** Set: the apps with such events. No TTL. */
  waitingApps: (shard: number, lane: Lane) => `${shardTag(shard)}:waiting:${lane}`,
  /** Prefix of the next ones: scripts append lane and app. Older versions kept all open events in a sorted set here. */
  open: (shard: number) => `${shardTag(shard)}:open`,
  /** Sorted set: apps with events to look at in a lane, by when the first is due. No TTL. */
  looks: (shard: number, lane: Lane) => `${shardTag(shard)}:open-looks:${lane}`,
  /** Sorted set: an app's events admitted and not yet done, by the time of the sweeper's next check. No TTL. */
  looksOf: (shard: number, lane: Lane, appId: string) => `${shardTag(shard)}:open-looks:${lane}:${appId}`,
  /** Sorted set: keys of a lane's open events, admitted or not, by when they were received or last reopened. No TTL. */
  openSince: (shard: number, lane: Lane) => `${shardTag(shard)}:open:${lane}`,
  /** Sorted set: keys of events that are done and not packed yet (see finished/), by when they were done. No TTL. */
  finished: (shard: number) => `${shardTag(shard)}:finished`,
  /** Sorted set: the lists of finished events that are kept, `<kind>:<app>`, by when they expire. No TTL. */
  keptLists: (shard: number) => `${shardTag(shard)}:kept`,
  /** List: finished events of a kind and app, in the order they finished (finished/kept.ts). Expires with the last. */
  kept: (shard: number, list: string) => `${shardTag(shard)}:kept:${list}`,
  /** Sorted set: keys of finished events that the archive has not written yet, by when they were done. No TTL. */
  unarchived: (shard: number) => `${shardTag(shard)}:unarchived`,
  /** String: the number of the archiver that may take events off that list (see archive/lock.ts). No TTL. */
  archiveFence: (shard: number) => `${shardTag(shard)}:archive-fence`,
  /** String: the token of the process that archives. Seconds. */
  archiveLock: `${shardTag(0)}:archive-lock`,
  /** String: the number of its last holder. No TTL. */
  archiveFences: `${shardTag(0)}:archive-fences`,
  /** Sorted set: users and apps that the archive has yet to erase, by when they were erased. 30 days. */
  erasures: `${shardTag(0)}:erasures`,
  /** Hash: the `count` and `bytes` of an app's open events but calls (event/open-usage.ts). Expires with the last. */
  openUsage: (shard: number, appId: string) => `${shardTag(shard)}:open-usage:${appId}`,
  /** Hash: the same of its calls. */
  openCallUsage: (shard: number, appId: string) => `${shardTag(shard)}:open-calls-usage:${appId}`,
  /** Sorted set: processes that report refusals, by expiry of their report. Seconds. */
  refusals: `${shardTag(0)}:refusals`,
  /** String: the endpoints and credentials that refuse a process (see system/refusals.ts). Seconds. */
  refusalsOf: (processId: string) => `${shardTag(0)}:refusals:${processId}`,
  /** List: test pushes that senders are asked for. A minute. */
  providerTests: (provider: string) => `${shardTag(0)}:provider-tests:${provider}`,
  /** String: the answer of a test push. A minute. */
  providerTest: (id: string) => `${shardTag(0)}:provider-test:${id}`,
  /** Prefix of the next: scripts append the lane. */
  load: (shard: number) => `${shardTag(shard)}:load`,
  /** Hash: `<appId>|<provider>` → deliveries that are ready: planned and in the state `pending`. No TTL. */
  ready: (shard: number, lane: Lane) => `${shardTag(shard)}:load:${lane}`,
  /** Hash: the same for those in the state `retrying`. No TTL. */
  retrying: (shard: number, lane: Lane) => `${shardTag(shard)}:load:${lane}:retrying`,
  /** String: until when a gate is open, since when and why (see held/gates.ts). Minutes more than that. */
  gate: (shard: number, gate: string) => `${shardTag(shard)}:gate:${gate}`,
  /** String: the token of the one trial a gate lets through. Seconds. */
  trial: (shard: number, gate: string) => `${shardTag(shard)}:trial:${gate}`,
  /** String: the token of a last chance that began while a trial had no answer. A second. */
  lastChance: (shard: number, gate: string) => `${shardTag(shard)}:last-chance:${gate}`,
  /** String: failed sends of a closed gate, which all senders count together, for all shards. A minute. */
  failures: (gate: string) => `${shardTag(0)}:failures:${gate}`,
  /** Sorted set: jobs whose deliveries are held for a gate, by deadline (see held/hold.ts). Empties itself. */
  heldFor: (shard: number, gate: string) => `${shardTag(shard)}:held:${gate}`,
  /** Hash: gate → deliveries on its list. Empties itself, as do the next two. */
  held: (shard: number) => `${shardTag(shard)}:held`,
  /** Sorted set: gates with held deliveries, by the earliest deadline of these. */
  heldUntil: (shard: number) => `${shardTag(shard)}:held-until`,
  /** Sorted set: gates with held deliveries of one provider, by the time a sender next looks at them. */
  heldDue: (shard: number, provider: ProviderKind) => `${shardTag(shard)}:held-due:${provider}`,
  /**
   * Sorted set: ids of an app's rejected deliveries, by time. Capped; expires with the last of their events. Contains
   * no user data: the letters expire with their own events.
   */
  deadLetters: (shard: number, appId: string) => `${shardTag(shard)}:dl:${appId}`,
  /** Set: events that are done and whose last dead letter was dismissed or dropped. Empties itself. */
  letterless: (shard: number) => `${shardTag(shard)}:letterless`,
  /** Set: apps with such a list, or that had one (dead-letter-count.ts). Expires with the last of the lists. */
  deadLetterApps: (shard: number) => `${shardTag(shard)}:dl-apps`,
  /**
   * Sorted set of the chunks of an app's notification log, and prefix of the chunks, which are strings of the keys of
   * its events (see log/chunks.ts). Trimmed; expire with the last of the events.
   */
  logs: (shard: number, appId: string) => `${shardTag(shard)}:logged:${appId}`,
  /** The same of all events of an app, whether or not it keeps a log (see log/event-index.ts). */
  eventIndex: (shard: number, appId: string) => `${shardTag(shard)}:listed:${appId}`,
  /** The log of an older version, whose chunks are sorted sets. */
  oldLogs: (shard: number, appId: string) => `${shardTag(shard)}:logs:${appId}`,
  /** The same of all events. */
  oldIndex: (shard: number, appId: string) => `${shardTag(shard)}:index:${appId}`,
  /** The log of the oldest version, a sorted set: time and key of these events. */
  oldestLog: (shard: number, appId: string) => `${shardTag(shard)}:log:${appId}`,
  /** Hash: the counters of an app's statistics → their places in its blocks. Expires with the last block. */
  statsPlaces: (appId: string) => `stats:{${appId}}:places`,
  /** String: the counts of some hours (see stats/block.ts). 3 hours, 48 hours or 30 days after these. */
  stats: (appId: string, series: string, block: number) => `stats:{${appId}}:${series}:${block}`,
  /** Stream: the latest outcomes of an app, sampled. Capped; an hour. */
  outcomes: (appId: string) => `outcomes:{${appId}}`,
  /** Sorted set: users whose outcomes are not added, by when they were erased (epoch s). An hour. */
  erasedFromOutcomes: (appId: string) => `outcomes-without:{${appId}}`,
  /** Prefix of hashes, one a day: ids of messages → their authors and conversations (see messages.ts). */
  messages: (appId: string, bucket: string) => `msg:{${appId}:${bucket}}:`,
  /** String of an older version: the author and conversation of a message. */
  oldMessage: (appId: string, messageId: string) => `msg:{${appId}:${messageId}}`,
  /** String: that a message was deleted, or when it was last edited (see changes.ts). Retention of that event. */
  change: (appId: string, messageId: string) => `chg:{${appId}:${messageId}}`,
  /** String: the latest moderation verdict on a message (see verdicts.ts). As long as events are kept. */
  verdict: (appId: string, messageId: string) => `verdict:{${appId}:${messageId}}`,
  /** Prefix of hashes, one a day: ids of reactions → their users and messages (see reactions.ts). */
  reactions: (appId: string, bucket: string) => `rx:{${appId}:${bucket}}:`,
  /** String of an older version: the user and message of a reaction. */
  oldReaction: (appId: string, reactionId: string) => `rx:{${appId}:${reactionId}}`,
  /** String: when a reaction was removed (see reactions.ts). Retention of that event. */
  reactionRemoved: (appId: string, reactionId: string) => `rxr:{${appId}:${reactionId}}`,
  /** String: the ring of a call session (see calls.ts). A day at most, like the next two. */
  call: (appId: string, sessionId: string) => `call:{${appId}:${sessionId}}`,
  /** String: the latest ring in a conversation. */
  lastCall: (appId: string, conversationId: string) => `lastcall:{${appId}:${conversationId}}`,
  /** String: when a ring of a call session was last ended. */
  ringEnd: (appId: string, sessionId: string) => `ringend:{${appId}:${sessionId}}`,
  /** String: the last action on a user in a group, or by a user (see webhook-dedup.ts). A minute. */
  webhookDedup: (appId: string, subject: string, uid: string) => `occ:{${appId}:${subject}}:${uid}`,
  /** Sorted set: numbers of shards over which events were spread, by when that was last noted. No TTL. */
  spread: '{shards}:spread',
};

/** The field of `load` that counts an app's deliveries of one provider. */
export const loadField = (appId: string, provider: string): string => `${appId}|${provider}`;
