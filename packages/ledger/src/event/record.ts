import type { AcceptedEvent, Event, Lane } from '@fanfare/core';

/**
 * The hash of an event, field by field. Times are epoch ms; flags are `1` or absent; numbers that were never counted are
 * absent and read as 0.
 *
 * Written once, at acceptance:
 * - `at`: when ingest took it. Its presence is what "the event exists" means.
 * - `exp`: when everything about it expires.
 * - `app`, `body`: the app's id, and the event as JSON.
 * - `by`, `hold`: not sent after, not shown after.
 * - `v`: the app's settings version.
 *
 * The walk over its audience:
 * - `lane`: moves from chat to bulk when the audience turns out to be large.
 * - `applied`: the registry has been changed by it.
 * - `slice`, `cursor`: the number of the next slice, and where in the audience it starts.
 * - `full`: the whole audience is planned.
 * - `look`: the counts at the sweeper's last look.
 *
 * Counts:
 * - `aud`, `next`: recipients looked at; deliveries planned, which is the next ordinal.
 * - `!REASON`: recipients suppressed for this reason.
 * - `accepted`, `token_dead`, `rejected`, `expired`, `superseded`: deliveries settled so.
 * - `done`: when the last delivery was settled.
 */
export type EventHash = Record<string, string>;

/** The fields that `decodeAccepted` reads, in its order. */
export const ACCEPTED_FIELDS = ['app', 'lane', 'at', 'by', 'hold', 'v', 'body'] as const;

/** What acceptance writes besides `at`, `exp` and the start of the walk: field, value, field, value … */
export const encodeAccepted = (accepted: AcceptedEvent): (string | number)[] => [
  ...['app', accepted.appId, 'lane', accepted.lane, 'by', accepted.leaveBy, 'hold', accepted.holdUntil],
  ...['v', accepted.settingsVersion, 'body', JSON.stringify(accepted.event)],
];

/** The event from the values of `ACCEPTED_FIELDS`; undefined when its record is gone. */
export function decodeAccepted(key: string, values: readonly (string | null)[]): AcceptedEvent | undefined {
  const [app, lane, at, by, hold, v, body] = values;
  if (!app || !body) return undefined;
  return {
    key,
    appId: app,
    event: JSON.parse(body) as Event,
    lane: lane as Lane,
    receivedAt: Number(at),
    leaveBy: Number(by),
    holdUntil: Number(hold),
    settingsVersion: Number(v),
  };
}
