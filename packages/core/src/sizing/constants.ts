/**
 * Bytes of Redis, from `npm run bench -- P6` and docs/sizing.md. Tests keep those of the registry and the queues within
 * a quarter.
 */
export const BYTES = {
  user: 135,
  /** With its token. */
  device: 240,
  /** A queued delivery of a lane: in a job of its own, or in packs. */
  queued: { single: 355, chat: 40, bulk: 4 },
  /** A message that is not done, with its text, plan and jobs. */
  openEvent: 2000,
  /** A finished message with its plan, its states and its entries in lists. */
  finishedEvent: 400,
  /** Id and reference of a message, which stay for two days at least. */
  idAndReference: 135,
  /** A recipient's share of a finished message to a group. */
  recipient: 27,
} as const;

/**
 * CPU of a core, µs: per event of ingest, and per delivery of the others, by how deliveries share jobs. A message
 * between two users pays for the whole event in its one delivery. From `npm run bench -- sizing`, which compares them
 * again, and P4 (docs/performance.md).
 */
export const MICROS = {
  ingest: { event: 210, redis: 84 },
  single: { fanout: 850, sender: 900, redis: 750 },
  chat: { fanout: 47, sender: 128, redis: 43 },
  bulk: { fanout: 22, sender: 95, redis: 22 },
} as const;

/** Commands of Redis, those of scripts included: per event, and per delivery. */
export const COMMANDS = { event: 60, single: 150, chat: 6, bulk: 3 } as const;
