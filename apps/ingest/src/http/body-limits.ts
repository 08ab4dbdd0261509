const KIB = 1024;

/** What a body may be, by the most that a route can need; `docs/security.md#limits` lists the same. */
export const BODY_LIMITS = {
  /** What devices and logins send, and everything else without a list in it. */
  small: { bytes: 16 * KIB, keys: 1000 },
  /** One event, mutes, service accounts, templates, settings, users and groups with what CometChat attaches to them. */
  document: { bytes: 256 * KIB, keys: 30_000 },
  /** 10,000 ids of the greatest length. */
  list: { bytes: 1024 * KIB, keys: 1000 },
  /** Up to 1,000 events, each with the limits of a `document`; parsed by the route, one at a time. */
  batch: { bytes: 5 * 1024 * KIB, keys: 30_000 },
  /** NDJSON, handed over as it arrives: more than two million of the longest uids. */
  stream: { bytes: 256 * 1024 * KIB },
} as const;
export type BodyKind = keyof typeof BODY_LIMITS;

/** Levels of nesting, the 50 that JSON of the caller's own may have included. */
export const MAX_DEPTH = 64;
