import type { EventRef, PlannedDelivery } from '@fanfare/core';
import { z } from 'zod';

/** A job of `events`: expand this event. Its id is the event's key. */
export interface EventJob {
  eventKey: string;
}

/** A job of `deliveries-*`: one delivery, by reference. Its id is the delivery's id. */
export interface DeliveryJob {
  eventKey: string;
  ordinal: number;
  /** The recipient. */
  uid: string;
  /** Which device, for FCM and APNs. */
  deviceId?: string | undefined;
  /** The recipient's unread count, this message included; present if the app counts. */
  unread?: number | undefined;
  /** Added again: the delivery may already be settled, so check its state first. */
  addedAgain?: true | undefined;
  /** Deadline set by a replay, epoch ms; otherwise the event's own applies. */
  deadlineAt?: number | undefined;
  /** How long a provider may hold it, set by a replay, epoch ms. The sweeper knows the deadline but not this. */
  holdUntil?: number | undefined;
  /** The app's settings version at the time of a replay; otherwise the event's own applies. */
  settingsVersion?: number | undefined;
}

// In Redis the names are single letters, because a queue may hold a million jobs.

const EventWire = z.strictObject({ e: z.string() });

const DeliveryWire = z.strictObject({
  e: z.string(),
  o: z.number().int().min(0),
  u: z.string(),
  d: z.string().optional(),
  n: z.number().int().min(0).optional(),
  r: z.literal(1).optional(),
  x: z.number().int().optional(),
  h: z.number().int().optional(),
  v: z.number().int().optional(),
});

/** The data of an event's job as Redis stores it. */
export type EventWire = z.infer<typeof EventWire>;

/** The data of a delivery's job as Redis stores it. */
export type DeliveryWire = z.infer<typeof DeliveryWire>;

const WORDS = {
  e: 'eventKey',
  o: 'ordinal',
  u: 'uid',
  d: 'deviceId',
  n: 'unread',
  r: 'addedAgain',
  x: 'deadlineAt',
  h: 'holdUntil',
  v: 'settingsVersion',
} as const satisfies Record<keyof DeliveryWire, keyof DeliveryJob>;

/** Parses an event's job from Redis; throws on anything that `encodeEventJob` does not write. */
export const EventJob: z.ZodType<EventJob> = EventWire.transform(({ e }) => ({ eventKey: e }));

/** Parses a delivery's job from Redis; throws on anything that `encodeDeliveryJob` does not write. */
export const DeliveryJob: z.ZodType<DeliveryJob> = DeliveryWire.transform(({ e, o, u, d, n, r, x, h, v }) => ({
  eventKey: e,
  ordinal: o,
  uid: u,
  deviceId: d,
  unread: n,
  addedAgain: r === 1 ? true : undefined,
  deadlineAt: x,
  holdUntil: h,
  settingsVersion: v,
}));

/** An event's job as Redis stores it. */
export const encodeEventJob = ({ eventKey }: EventJob): EventWire => ({ e: eventKey });

/** A delivery's job as Redis stores it; BullMQ's JSON omits undefined values. */
export const encodeDeliveryJob = (job: DeliveryJob): DeliveryWire => ({
  e: job.eventKey,
  o: job.ordinal,
  u: job.uid,
  d: job.deviceId,
  n: job.unread,
  r: job.addedAgain ? 1 : undefined,
  x: job.deadlineAt,
  h: job.holdUntil,
  v: job.settingsVersion,
});

/** A job's stored data with its field names spelled out, for display; anything but an object is returned unchanged. */
export const inWords = (data: unknown): unknown =>
  typeof data === 'object' && data !== null
    ? Object.fromEntries(Object.entries(data).map(([letter, value]) => [wordFor(letter), value]))
    : data;

const wordFor = (letter: string): string =>
  Object.hasOwn(WORDS, letter) ? WORDS[letter as keyof typeof WORDS] : letter;

/** The job of a planned delivery. */
export const deliveryJob = (
  ref: EventRef,
  { ordinal, uid, deviceId, unread }: PlannedDelivery,
  marks: Pick<DeliveryJob, 'addedAgain' | 'deadlineAt' | 'holdUntil' | 'settingsVersion'> = {},
): DeliveryJob => ({ eventKey: ref.key, ordinal, uid, deviceId, unread, ...marks });
