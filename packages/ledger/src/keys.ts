/**
 * Every key of the ledger. All but `location` carry the hash tag of the event's shard, which is also the prefix of the
 * shard's BullMQ queues, so that one script may touch them together on Redis Cluster. Everything about one event goes
 * with its retention (7 days, bulk 24 h); `open` and `load` empty themselves as deliveries settle.
 */
export const keys = {
  /** String: the shard an event id was given at acceptance. Retention of the event. */
  location: (appId: string, eventId: string) => `loc:{${appId}:${eventId}}`,
  /** String: event id → internal key. Retention of the event. */
  id: (shard: number, appId: string, eventId: string) => `${shardTag(shard)}:id:${appId}:${eventId}`,
  /** Hash: the event's body, its cursor and its counts. */
  event: (shard: number, key: string) => `${shardTag(shard)}:ev:${key}`,
  /** Hash: slice number → planned slice (see planned-slice.ts). */
  plan: (shard: number, key: string) => `${shardTag(shard)}:plan:${key}`,
  /** String: four bits a delivery, at its ordinal. */
  states: (shard: number, key: string) => `${shardTag(shard)}:st:${key}`,
  /** Hash: ordinal → attempts as text, where the first was not the last; `x<ordinal>` → deadline given by a replay. */
  attempts: (shard: number, key: string) => `${shardTag(shard)}:at:${key}`,
  /** Sorted set: keys of events not yet done, by when the sweeper looks at them next. No TTL. */
  open: (shard: number) => `${shardTag(shard)}:open`,
  /** Hash: `<appId>|<provider>` → deliveries planned and not settled. No TTL. */
  load: (shard: number) => `${shardTag(shard)}:load`,
  /** Sorted set: ids of an app's rejected deliveries, by time. Capped; goes with the last of their events. */
  deadLetters: (shard: number, appId: string) => `${shardTag(shard)}:dl:${appId}`,
  /** Hash: delivery id → dead letter record. Comes and goes with the set. */
  deadLetterRecords: (shard: number, appId: string) => `${shardTag(shard)}:dlr:${appId}`,
};

/** The hash tag of a shard. */
export const shardTag = (shard: number): string => `{p${shard}}`;

/** The field of `load` that counts an app's open deliveries of one provider. */
export const loadField = (appId: string, provider: string): string => `${appId}|${provider}`;
