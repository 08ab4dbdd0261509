/** Every id of ours and how it is built. */

/** Separates an app's public id from its random suffix; no public id contains one. */
const INCARNATION = '~';

/**
 * The internal id of a new app, e.g. `shop~x3k9q0z7a`. All of its keys and events carry this id, so that a new app with
 * the public id of a deleted one cannot reach what the old one left. Apps older than internal ids keep their public id.
 * `random` is in [0, 1).
 */
export const newAppId = (publicId: string, random: () => number): string =>
  `${publicId}${INCARNATION}${Math.floor(random() * 36 ** 9)
    .toString(36)
    .padStart(9, '0')}`;

/** The app's id as callers, payloads and logs see it. */
export const publicAppId = (appId: string): string => appId.split(INCARNATION, 1)[0] as string;

/**
 * The internal key of an accepted event: eight characters of time and nine random ones, in base 36. It starts with a
 * letter because BullMQ refuses integers as job ids, and has no ":", which it refuses too. `random` is in [0, 1).
 */
export const newEventKey = (now: number, random: () => number): string =>
  `e${base36(now, 0)}${base36(Math.floor(random() * 36 ** 9), 9)}`;

/** 36⁵ is the largest power of 36 that V8 keeps as a small integer. */
const HALF_DIGITS = 5;
const HALF = 36 ** HALF_DIGITS;

/** A number from 36⁵ to 36¹⁰, or one padded to `width` digits. In two halves: V8 is five times as slow with doubles. */
function base36(n: number, width: number): string {
  const low = n % HALF;
  const high = (n - low) / HALF;
  return high.toString(36).padStart(width - HALF_DIGITS, '0') + low.toString(36).padStart(HALF_DIGITS, '0');
}

/** When the event with this key was accepted (epoch ms). */
export const eventKeyTime = (eventKey: string): number => Number.parseInt(eventKey.slice(1, -9), 36);

/**
 * The id of a delivery and of its job, and the `webhook-id` header: the same for all attempts and replays. It has no
 * "." because Standard Webhooks joins id, time and body with "." for the signature.
 */
export const deliveryId = (eventKey: string, ordinal: number): string => `${eventKey}-${ordinal}`;

/**
 * The id of a job of `count` deliveries, the first of them at `ordinal`: for one, the delivery's own. It names the job
 * by what it contains, so that adding the same deliveries twice is adding them once.
 */
export const packId = (eventKey: string, ordinal: number, count: number): string =>
  count === 1 ? deliveryId(eventKey, ordinal) : `${deliveryId(eventKey, ordinal)}+${count}`;

/** The parts of a delivery id, or undefined if it is not one. */
export function parseDeliveryId(id: string): { eventKey: string; ordinal: number } | undefined {
  const match = /^(e[0-9a-z]{7,20})-(0|[1-9]\d{0,9})$/.exec(id);
  return match ? { eventKey: match[1] as string, ordinal: Number(match[2]) } : undefined;
}
