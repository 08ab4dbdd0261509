const BULK = { inAll: 8000, least: 500, most: 2000 };

/**
 * The limits of admission to a lane (docs/rules/delivery.md#admission, #backpressure). An app has an equal part of what
 * is there in all, but no less than `least`, which is that of each shard so that none stops, and no more than `most`.
 */
export const ADMISSION_LIMITS = {
  /** Events that may be admitted at a time. */
  admitted: { inAll: 512, least: 4, most: 64 },
  /** Deliveries that may be ready with each provider. Calls never wait. */
  ready: { chat: { inAll: 3200, least: 16, most: 800 }, bulk: BULK },
  /** Deliveries of an app that may be waiting to be retried, per provider. They take up memory only. */
  retryingMost: 5000,
  /** The deliveries that an event is assumed to have until events of its app have been planned. */
  assumedSize: { call: 1, chat: 1, bulk: BULK.least },
  /** The share of its places that an app has in use when the next events are admitted, together: each costs less. */
  refillAt: 0.75,
  /** The share of the deliveries an app may have ready at which it goes on: it does not stop and go. */
  lowWater: 0.5,
} as const;
