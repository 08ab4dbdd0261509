/**
 * Every key of the registry. What has no TTL is what operators, backends and people have set, and goes with its app,
 * person or group. The hash tag is the app for what is read together with it, and app and id for what there are
 * millions of.
 */
export const keys = {
  /**
   * Hash: the app's `settings`, its `membership:secret`, its version `v`, its providers `p:<kind>:<id>` (the custom one `p:custom`), which of a
   * kind is the default `default:<kind>`, why one is off `off:custom` or failing `failing:<kind>:<id>`.
   */
  app: (appId: string) => `app:{${appId}}`,
  /** Set of the ids of apps from before there were internal ids: they have only this one. */
  apps: () => 'apps',
  /** Hash: public id → internal id, of every other app. The one place that knows public ids. */
  appIds: () => '{apps}:ids',
  /** Hash: id of an API key → what is known of it, without the key. */
  appKeys: (appId: string) => `appkeys:{${appId}}`,
  /** String: what the API key with this SHA-256 may do. */
  apiKey: (hash: string) => `apikey:{${hash}}`,
  /** Hash: what this login (an auth token's SHA-256) is: who and since when. */
  session: (appId: string, session: string) => `session:{${appId}:${session}}`,
  /** Hash: a person's logins, session → what is known of it. */
  sessions: (appId: string, uid: string) => `sessions:{${appId}:${uid}}`,
  /** String: whose device has the push token with this SHA-256, `uid device`. */
  pushToken: (appId: string, hash: string) => `pushtoken:{${appId}:${hash}}`,
  /**
   * Hash: a person, their presence `status` and since when `seen`, their devices `d:<id>`, their preferences `prefs`,
   * and until when they mute a person `m:u:<uid>` or a group `m:g:<guid>`: all that fan-out wants to know, in one read.
   */
  user: (appId: string, uid: string) => `user:{${appId}:${uid}}`,
  /** Set: whom the person has blocked. */
  blocked: (appId: string, uid: string) => `blocked:{${appId}:${uid}}`,
  /** Set: who has blocked the person. */
  blockedBy: (appId: string, uid: string) => `blockedby:{${appId}:${uid}}`,
  /** Set: who mutes the person, or has. */
  mutedBy: (appId: string, uid: string) => `mutedby:{${appId}:${uid}}`,
  /** Set: who follows the thread of a message, and `!<uid>` who has left it. 180 days from the last of either. */
  thread: (appId: string, messageId: string) => `thread:{${appId}:${messageId}}`,
  /**
   * Sorted set: the threads a person has followed or left, by when; the newest 10,000. No TTL: while a thread lives its
   * entry must, or erasing the person would not find it. Of people who are known only, and goes with them.
   */
  threads: (appId: string, uid: string) => `threads:{${appId}:${uid}}`,
  /** Hash: what a person has not read: total `t`, conversation `c:<hash>`, events counted or read last `recent`. 90 days. */
  unread: (appId: string, uid: string) => `unread:{${appId}:${uid}}`,
  /** Sorted set, all scores 0: who asked for reactions on everybody's messages in groups. */
  reactionFollowers: (appId: string) => `reactionfollowers:{${appId}}`,
  /** Hash: a group; of one whose members are asked for elsewhere, how many those were: `size`. */
  group: (appId: string, guid: string) => `group:{${appId}:${guid}}`,
  /** Sorted set, all scores 0, so that members are walked in the order of their uids. */
  members: (appId: string, guid: string) => `members:{${appId}:${guid}}`,
  /** The same while a bulk load is under way; expires when the load is broken off. */
  membersLoad: (appId: string, guid: string, load: string) => `members:{${appId}:${guid}}:load:${load}`,
  /** Sorted set: who was a member until a bulk load or the group's end, and may have unread counts there. Empties itself. */
  formerMembers: (appId: string, guid: string) => `members:{${appId}:${guid}}:former`,
  /** String: a trigger of the app's moderation engine came. 7 days from the last. */
  moderation: (appId: string) => `moderation:{${appId}}`,
  /** Set of the guids of an app's groups. */
  groups: (appId: string) => `groups:{${appId}}`,
};

/** All keys of an app that hold one person or one group; app ids have no glob characters. */
export const keysOfApp = (appId: string): string[] => KINDS.map((kind) => `${kind}:{${appId}:*`);

const KINDS = [
  'user',
  'session',
  'sessions',
  'pushtoken',
  'blocked',
  'blockedby',
  'mutedby',
  'thread',
  'threads',
  'unread',
  'group',
  'members',
];
