import type { AcceptedEvent, Event, Lane } from '@fanfare/core';

/**
 * The hash of an event, field by field, until it is done and packed (finished/packed.ts). Times are epoch ms; flags are
 * `1` or absent; counters never incremented are absent and read as 0. Few fields, because each costs Redis half a
 * microsecond and a hundred bytes per event.
 *
 * Written once, at acceptance:
 * - `at`: when ingest took it. Its presence is what "the event exists" means.
 * - `exp`: when all of its data expires.
 * - `app`: the app's id.
 * - `ev`: `<by> <hold> <v> <tp><LF><body>`: not sent after, not shown after; the app's settings version; the trace that
 *   its acceptance belongs to, or nothing; and the event as JSON.
 *
 * The walk over its audience:
 * - `lane`: moves from chat to bulk when the audience turns out to be large.
 * - `moved`: the first ordinal planned after that.
 * - `applied`: its changes to the registry have been made.
 * - `slice`, `cursor`: the number of the next slice, and where in the audience it starts; no cursor at the first.
 * - `full`: the entire audience is planned.
 * - `adm`: 1 while it is admitted and counted as such, 0 while it waits to be; absent when it is fully planned, or left
 *   to its job (admission.lua.ts).
 * - `look`: the counts at the sweeper's last check, if any.
 * - `swept`: the slice at which that check goes on, if it stopped half-way.
 *
 * Counts:
 * - `aud`, `next`: recipients decided; deliveries planned, which is the next ordinal.
 * - `!REASON`: recipients suppressed for this reason.
 * - `accepted`, `token_dead`, `rejected`, `expired`, `superseded`: deliveries settled in this state.
 * - `dropped`: rejected deliveries whose dead letters were dismissed or dropped.
 * - `done`: when the last delivery was settled.
 */
export type EventHash = Record<string, string>;

/** Thrown for a record that this version cannot decode: a newer one wrote it. */
export class UnreadableRecordError extends Error {
  override name = 'UnreadableRecordError';
}

/** The field `ev` of an event. */
export const encodeAccepted = (accepted: AcceptedEvent): string => {
  const { leaveBy, holdUntil, settingsVersion, traceparent = '', event } = accepted;
  return `${leaveBy} ${holdUntil} ${settingsVersion} ${traceparent}\n${JSON.stringify(event)}`;
};

/**
 * The fields of a hash, with the parts of `ev` as fields of their own, as previous versions kept them: `by`, `hold`,
 * `v`, `tp` and `body`.
 */
export function expanded(hash: EventHash): EventHash {
  const { ev, ...fields } = hash;
  if (ev === undefined) return fields;
  const end = ev.indexOf('\n');
  const [by = '', hold = '', v = '', tp = ''] = ev.slice(0, end).split(' ');
  fields.by = by;
  fields.hold = hold;
  fields.v = v;
  if (tp !== '') fields.tp = tp;
  fields.body = ev.slice(end + 1);
  return fields;
}

/**
 * Decodes the event from its expanded fields; undefined when its record has expired.
 * @throws UnreadableRecordError if there is one that cannot be decoded: the event must not be given up.
 */
export function decodeAccepted(key: string, fields: Readonly<EventHash>): AcceptedEvent | undefined {
  const { app, lane, at, by, hold, v, body, tp } = fields;
  if (!at) return undefined;
  if (!app || !body)
    throw new UnreadableRecordError('the record of an event is in a format that this version does not know');
  return {
    key,
    appId: app,
    event: JSON.parse(body) as Event,
    lane: lane as Lane,
    receivedAt: Number(at),
    leaveBy: Number(by),
    holdUntil: Number(hold),
    settingsVersion: Number(v),
    ...(tp ? { traceparent: tp } : {}),
  };
}
