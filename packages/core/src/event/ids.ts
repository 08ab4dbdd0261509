/** Every id of ours and how it is built. */

/** Between the public id of an app and what tells its incarnations apart; no public id has one. */
const INCARNATION = '~';

/**
 * The internal id of a new app, e.g. `shop~x3k9q0z7a`: every key, and every event, is of this id, so that what a deleted app
 * left behind cannot be reached through the next app of the same public id. Apps from before there were internal ids
 * have their public one. `random` is in [0, 1).
 */
export const newAppId = (publicId: string, random: () => number): string =>
  `${publicId}${INCARNATION}${Math.floor(random() * 36 ** 9)
    .toString(36)
    .padStart(9, '0')}`;

/** The id that callers, payloads and logs know an app by. */
export const publicAppId = (appId: string): string => appId.split(INCARNATION, 1)[0] as string;

/**
 * The internal key of an accepted event: eight characters of time and nine of chance, in base 36. It begins with a
 * letter, since BullMQ refuses integers as job ids, and has no ":", which it refuses as well. `random` is in [0, 1).
 */
export const newEventKey = (now: number, random: () => number): string =>
  `e${now.toString(36)}${Math.floor(random() * 36 ** 9)
    .toString(36)
    .padStart(9, '0')}`;

/** When the event with this key was accepted (epoch ms). */
export const eventKeyTime = (eventKey: string): number => Number.parseInt(eventKey.slice(1, -9), 36);

/**
 * The id of a delivery, of its job, and the `webhook-id` on the wire: the same over all attempts and replays. It has no
 * "." because Standard Webhooks joins id, time and body with one for the signature.
 */
export const deliveryId = (eventKey: string, ordinal: number): string => `${eventKey}-${ordinal}`;

/** The parts of a delivery id, or undefined where it is not one. */
export function parseDeliveryId(id: string): { eventKey: string; ordinal: number } | undefined {
  const match = /^(e[0-9a-z]{7,20})-(0|[1-9]\d{0,9})$/.exec(id);
  return match ? { eventKey: match[1] as string, ordinal: Number(match[2]) } : undefined;
}
