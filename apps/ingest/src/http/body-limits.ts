const KIB = 1024;

/** Kinds of bodies, by the largest a route can need; also listed in `docs/security.md#limits`. */
export const BODY_LIMITS = {
  /** Requests of devices and sessions, and everything else without a list in it. */
  small: { bytes: 16 * KIB, keys: 1000 },
  /** One event, mutes, service accounts, templates, settings, or users and groups with CometChat's extra fields. */
  document: { bytes: 256 * KIB, keys: 30_000 },
  /** 10,000 ids of maximum length. */
  list: { bytes: 1024 * KIB, keys: 1000 },
  /** Up to 1,000 events, each with the limits of a `document`; parsed by the route, one at a time. */
  batch: { bytes: 5 * 1024 * KIB, keys: 30_000 },
  /** NDJSON, passed on as it arrives: over two million uids of maximum length. */
  stream: { bytes: 256 * 1024 * KIB },
  /** The same for imports: four million lines with a push token each. */
  import: { bytes: 1024 * 1024 * KIB },
} as const;
export type BodyKind = keyof typeof BODY_LIMITS;

/** Whether bodies of a kind are NDJSON and passed on as they arrive. */
export const isStreamed = (kind: BodyKind | undefined): kind is 'stream' | 'import' =>
  kind === 'stream' || kind === 'import';

/** Maximum nesting, including the 50 levels allowed in the caller's own JSON. */
export const MAX_DEPTH = 64;
