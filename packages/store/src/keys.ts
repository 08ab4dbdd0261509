/**
 * Every key of the registry. Keys without a TTL hold what operators, backends and users have set, and are deleted with
 * their app, user or group. The hash tag is the app for data read together with it, and app and id for data that exists
 * by the million.
 */
export const keys = {
  /**
   * Hash: the app's `settings`, its `membership:secret`, its version `v`, its providers `p:<kind>:<id>` (the custom one
   * `p:custom`), the default of a kind `default:<kind>`, why one is off `off:custom` or failing
   * `failing:<kind>:<id>`, and quotas of its own `quota:<name>`.
   */
  app: (appId: string) => `app:{${appId}}`,
  /** Set of ids of apps created before internal ids: they have only this one. */
  apps: () => 'apps',
  /** Hash: public id → internal id, of every other app. The only place that stores public ids. */
  appIds: () => '{apps}:ids',
  /** Set: `<app> <kind> <id>` of credentials marked as failing, in this or an earlier life (failing-credentials.ts). */
  failingCredentials: () => '{apps}:failing',
  /** Hash: id of an API key → its record, without the key. */
  appKeys: (appId: string) => `appkeys:{${appId}}`,
  /** Hash: id of an API key → when it was last used, epoch ms; a minute late. */
  appKeysUsed: (appId: string) => `appkeysused:{${appId}}`,
  /** String: the app and scopes of the API key with this SHA-256. */
  apiKey: (hash: string) => `apikey:{${hash}}`,
  /** Hash: the session of an auth token (by its SHA-256): its user and when it began. */
  session: (appId: string, session: string) => `session:{${appId}:${session}}`,
  /** Hash: a user's sessions, session → its record. */
  sessions: (appId: string, uid: string) => `sessions:{${appId}:${uid}}`,
  /**
   * Hash: the users who may have a push token, by the SHA-256 of the token. Its first character chooses one of 64
   * hashes and, once that is full, the second one of 64 more for each; so they stay small for up to two million tokens.
   */
  tokens: (appId: string, bucket: string) => `tokens:{${appId}:${bucket}}`,
  moreTokens: (appId: string, bucket: string, more: string) => `tokens:{${appId}:${bucket}}:${more}`,
  /** String: the holder of the push token with this SHA-256, `uid device`, from before `tokens`. */
  pushToken: (appId: string, hash: string) => `pushtoken:{${appId}:${hash}}`,
  /**
   * Hash: a user, their presence `status` and its time `seen`, their devices `d:<id>`, the index of these `0` and
   * tokens about to leave the token index `gone`, their preferences `prefs`, and until when they mute a user
   * `m:u:<uid>` or a group `m:g:<guid>`: everything the fan-out needs, in one read.
   */
  user: (appId: string, uid: string) => `user:{${appId}:${uid}}`,
  /** Set: users blocked by the user. */
  blocked: (appId: string, uid: string) => `blocked:{${appId}:${uid}}`,
  /** Set: users who have blocked the user. */
  blockedBy: (appId: string, uid: string) => `blockedby:{${appId}:${uid}}`,
  /** Set: users who mute the user, or have. */
  mutedBy: (appId: string, uid: string) => `mutedby:{${appId}:${uid}}`,
  /** Set: followers of the thread of a message, and `!<uid>` for users who left it. 180 days from the last change. */
  thread: (appId: string, messageId: string) => `thread:{${appId}:${messageId}}`,
  /**
   * Sorted set: the threads a user has followed or left, by time; the newest 10,000. No TTL: as long as a thread lives
   * its entry must too, or erasing the user would not find it. Only for existing users, and deleted with them.
   */
  threads: (appId: string, uid: string) => `threads:{${appId}:${uid}}`,
  /**
   * Hash: a user's unread counts: total `t`, conversation `c:<hash>`, events counted or read last `recent`. 90 days.
   */
  unread: (appId: string, uid: string) => `unread:{${appId}:${uid}}`,
  /** Sorted set, all scores 0: users who asked for reactions on all messages in groups. */
  reactionFollowers: (appId: string) => `reactionfollowers:{${appId}}`,
  /** Hash: a group; if its members are kept elsewhere, their last count `size`. */
  group: (appId: string, guid: string) => `group:{${appId}:${guid}}`,
  /** Sorted set, all scores 0, so that members are walked in the order of their uids. */
  members: (appId: string, guid: string) => `members:{${appId}:${guid}}`,
  /** The same during a bulk load; expires if the load is interrupted. */
  membersLoad: (appId: string, guid: string, load: string) => `members:{${appId}:${guid}}:load:${load}`,
  /**
   * Sorted set: former members after a bulk load or the group's end, who may have unread counts there. Empties itself.
   */
  formerMembers: (appId: string, guid: string) => `members:{${appId}:${guid}}:former`,
  /** String: the app's moderation engine sent a trigger. 7 days from the last. */
  moderation: (appId: string) => `moderation:{${appId}}`,
  /** Hash: the `url` of a webhook, its `failures` and `since` when it has accepted nothing. 3 days from the last. */
  webhookHealth: (appId: string) => `webhookhealth:{${appId}}`,
  /** Hash: devices of a user that were set aside, id → record as JSON. 7 days from the last. */
  quarantine: (appId: string, uid: string) => `quarantine:{${appId}:${uid}}`,
  /** Sorted set: `<device> <uid>` of all devices of a credential that were set aside, by time. 7 days from the last. */
  quarantined: (credential: Credential) => `quarantined:{${nameOf(credential)}}`,
  /** Hash: how many answers `accepted` or reported `dead` tokens in a window of five minutes. Two windows. */
  tokenAnswers: (credential: Credential, window: number) => `tokenanswers:{${nameOf(credential)}}:${window}`,
  /** String: the guard of a credential's tokens is on, and the counts that say so. Two windows from the last. */
  tokenGuard: (credential: Credential) => `tokenguard:{${nameOf(credential)}}`,
  /** String: an operator has said that a credential's dead tokens are dead. An hour. */
  tokensConfirmed: (credential: Credential) => `tokenguard:{${nameOf(credential)}}:confirmed`,
  /** String: the token in use with a credential (`apns:<digest>`, `fcm:<digest>`), encrypted. Until it expires. */
  token: (name: string) => `pushauth:{${name}}`,
  /** String: who is fetching that token. 15 seconds at most. */
  tokenLease: (name: string) => `pushauth:{${name}}:lease`,
  /** Stream: who changed what, of all apps; about the last 10,000. */
  audit: () => '{apps}:audit',
  /** The same of one app; about the last 1,000. 180 days from the last. */
  auditOf: (appId: string) => `audit:{${appId}}`,
  /** Hash: how many `users` with a record and how many memberships, `members`, an app has. */
  usage: (appId: string) => `usage:{${appId}}`,
  /** Set of the guids of an app's groups. */
  groups: (appId: string) => `groups:{${appId}}`,
};

/** A credential of an app. */
interface Credential {
  appId: string;
  kind: string;
  id: string;
}

const nameOf = ({ appId, kind, id }: Credential): string => `${appId}:${kind}:${id}`;

/** All keys of an app that hold one user or one group; app ids have no glob characters. */
export const keysOfApp = (appId: string): string[] => KINDS.map((kind) => `${kind}:{${appId}:*`);

const KINDS = [
  'user',
  'session',
  'sessions',
  'tokens',
  'pushtoken',
  'blocked',
  'blockedby',
  'mutedby',
  'thread',
  'threads',
  'unread',
  'quarantine',
  'quarantined',
  'tokenanswers',
  'tokenguard',
  'group',
  'members',
];
