import { z } from 'zod';

/** A job of `events`: expand this event. Its id is the event's key. */
export interface EventJob {
  eventKey: string;
}

/**
 * A job of `deliveries-*`: a pack, by reference. It begins with the delivery at `ordinal` and covers the next `count`
 * of its slice with the same provider and provider id. Everything else is in the plan. Its id is `packId`.
 */
export interface DeliveryJob {
  eventKey: string;
  /** The slice of the plan; absent in jobs from before there were packs, and for letters from then. */
  slice?: number | undefined;
  /** The ordinal of its first delivery. */
  ordinal: number;
  /** Absent: one. */
  count?: number | undefined;
  /** Attempts spent by jobs before this one: it left a pack after them. */
  attempts?: number | undefined;
  /** Added again: its news may be old by now. */
  addedAgain?: true | undefined;
  /** Deadline set by a replay, epoch ms; otherwise the event's own applies. */
  deadlineAt?: number | undefined;
  /** How long a provider may hold it, set by a replay, epoch ms. The sweeper knows the deadline but not this. */
  holdUntil?: number | undefined;
  /** The app's settings version at the time of a replay; otherwise the event's own applies. */
  settingsVersion?: number | undefined;
  /** The trace of the planning of its slice, if that was traced; otherwise its sends follow the event's acceptance. */
  traceparent?: string | undefined;
}

// In Redis the names are single letters, because a queue may hold a million jobs.

const EventWire = z.strictObject({ e: z.string() });

const DeliveryWire = z.strictObject({
  e: z.string(),
  s: z.number().int().min(0).optional(),
  o: z.number().int().min(0),
  c: z.number().int().min(1).optional(),
  a: z.number().int().min(1).optional(),
  r: z.literal(1).optional(),
  x: z.number().int().optional(),
  h: z.number().int().optional(),
  v: z.number().int().optional(),
  t: z.string().optional(),
  // Jobs from before there were packs carry their target; the plan has it too.
  u: z.string().optional(),
  d: z.string().optional(),
  n: z.number().int().min(0).optional(),
});

/** The data of an event's job as Redis stores it. */
export type EventWire = z.infer<typeof EventWire>;

/** The data of a delivery's job as Redis stores it. */
export type DeliveryWire = z.infer<typeof DeliveryWire>;

const WORDS = {
  e: 'eventKey',
  s: 'slice',
  o: 'ordinal',
  c: 'count',
  a: 'attempts',
  r: 'addedAgain',
  x: 'deadlineAt',
  h: 'holdUntil',
  v: 'settingsVersion',
  t: 'traceparent',
  u: 'uid',
  d: 'deviceId',
  n: 'unread',
} as const satisfies Record<keyof DeliveryWire, string>;

/** Parses an event's job from Redis; throws on anything that `encodeEventJob` does not write. */
export const EventJob: z.ZodType<EventJob> = EventWire.transform(({ e }) => ({ eventKey: e }));

/** Parses a job of `deliveries-*` from Redis; throws on anything that no version of `encodeDeliveryJob` writes. */
export const DeliveryJob: z.ZodType<DeliveryJob> = DeliveryWire.transform(({ e, s, o, c, a, r, x, h, v, t }) => ({
  eventKey: e,
  slice: s,
  ordinal: o,
  count: c,
  attempts: a,
  addedAgain: r === 1 ? true : undefined,
  deadlineAt: x,
  holdUntil: h,
  settingsVersion: v,
  traceparent: t,
}));

/** An event's job as Redis stores it. */
export const encodeEventJob = ({ eventKey }: EventJob): EventWire => ({ e: eventKey });

/** A job of `deliveries-*` as Redis stores it; BullMQ's JSON omits undefined values. */
export const encodeDeliveryJob = (job: DeliveryJob): DeliveryWire => ({
  e: job.eventKey,
  s: job.slice,
  o: job.ordinal,
  c: job.count === 1 ? undefined : job.count,
  a: job.attempts === 0 ? undefined : job.attempts,
  r: job.addedAgain ? 1 : undefined,
  x: job.deadlineAt,
  h: job.holdUntil,
  v: job.settingsVersion,
  t: job.traceparent,
});

/** A job's stored data with its field names spelled out, for display; anything but an object is returned unchanged. */
export const inWords = (data: unknown): unknown =>
  typeof data === 'object' && data !== null
    ? Object.fromEntries(Object.entries(data).map(([letter, value]) => [wordFor(letter), value]))
    : data;

const wordFor = (letter: string): string =>
  Object.hasOwn(WORDS, letter) ? WORDS[letter as keyof typeof WORDS] : letter;
