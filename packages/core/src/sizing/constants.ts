/**
 * Bytes of Redis, from `npm run bench -- P6` and docs/sizing.md. Tests of the registry, the queues and the ledger keep
 * them within a quarter (`size.test.ts`).
 */
export const BYTES = {
  user: 135,
  /** With its token. */
  device: 240,
  /** A queued delivery of a lane: in a job of its own, or in packs. */
  queued: { single: 350, chat: 14, bulk: 4 },
  /** A message that is not done, with its text, plan, id and reference, without its jobs. */
  openEvent: 1400,
  /** A finished message with its plan, its states and its entries in lists. */
  finishedEvent: 420,
  /** Id and reference of a message, which stay for two days at least. */
  idAndReference: 135,
  /** A recipient's share of a message to a group. */
  recipient: 28,
} as const;

/**
 * CPU of a core, µs: per event of ingest, and per delivery of the others, by how deliveries share jobs. A message
 * between two users pays for the whole event in its one delivery, with the packing of its record. From `npm run bench
 * -- sizing`, which compares them again, and P4 (docs/performance.md).
 */
export const MICROS = {
  ingest: { event: 150, redis: 55 },
  single: { fanout: 385, sender: 340, redis: 215 },
  chat: { fanout: 25, sender: 66, redis: 23 },
  bulk: { fanout: 8, sender: 44, redis: 15.5 },
} as const;

/** Commands of Redis, those of scripts included: per event, and per delivery. */
export const COMMANDS = { event: 30, single: 39, chat: 4.3, bulk: 2.7 } as const;
