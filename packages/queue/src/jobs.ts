import type { EventRef, PlannedDelivery } from '@fanfare/core';
import { z } from 'zod';

/** A job of `events`: expand this event. Its id is the event's key. */
export const EventJob = z.strictObject({
  /** Key of the event. */
  e: z.string(),
});
export type EventJob = z.infer<typeof EventJob>;

/**
 * A job of `deliveries-*`: one delivery, by reference. Its id is the delivery's id. Names are single letters because a
 * queue may hold a million of them.
 */
export const DeliveryJob = z.strictObject({
  /** Key of the event. */
  e: z.string(),
  /** Ordinal of the delivery. */
  o: z.number().int().min(0),
  /** The recipient. */
  u: z.string(),
  /** Which device, for FCM and APNs. */
  d: z.string().optional(),
  /** How many messages the recipient has not read, this one included; where that is counted. */
  n: z.number().int().min(0).optional(),
  /** Added again: it may have been settled before, so look at its state first. */
  r: z.literal(1).optional(),
  /** Deadline given by a replay, epoch ms; else the event's own holds. */
  x: z.number().int().optional(),
  /** How long a provider may hold it, given by a replay, epoch ms. Not with every `x`: the sweeper knows only that. */
  h: z.number().int().optional(),
  /** The app's settings version at the time of a replay; else the event's own holds. */
  v: z.number().int().optional(),
});
export type DeliveryJob = z.infer<typeof DeliveryJob>;

/** The job of a planned delivery. */
export const deliveryJob = (
  ref: EventRef,
  delivery: PlannedDelivery,
  marks: Pick<DeliveryJob, 'r' | 'x' | 'h' | 'v'> = {},
): DeliveryJob => ({
  e: ref.key,
  o: delivery.ordinal,
  u: delivery.uid,
  ...(delivery.deviceId === undefined ? {} : { d: delivery.deviceId }),
  ...(delivery.unread === undefined ? {} : { n: delivery.unread }),
  ...marks,
});
