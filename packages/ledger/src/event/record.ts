import type { AcceptedEvent, Event, Lane } from '@fanfare/core';

/**
 * The hash of an event, field by field, until it is done and packed (finished/packed.ts). Times are epoch ms; flags are
 * `1` or absent; counters never incremented are absent and read as 0.
 *
 * Written once, at acceptance:
 * - `at`: when ingest took it. Its presence is what "the event exists" means.
 * - `exp`: when all of its data expires.
 * - `app`, `body`, `size`: the app's id, the event as JSON, and its length in bytes.
 * - `by`, `hold`: not sent after, not shown after.
 * - `v`: the app's settings version.
 * - `tp`: the trace that its acceptance belongs to, if any.
 *
 * The walk over its audience:
 * - `lane`: moves from chat to bulk when the audience turns out to be large.
 * - `moved`: the first ordinal planned after that.
 * - `applied`: its changes to the registry have been made.
 * - `slice`, `cursor`: the number of the next slice, and where in the audience it starts.
 * - `full`: the entire audience is planned.
 * - `adm`: 1 while it is admitted and counted as such, 0 while it waits to be; absent when it is fully planned, or left
 *   to its job (admission.lua.ts).
 * - `look`: the counts at the sweeper's last check.
 *
 * Counts:
 * - `aud`, `next`: recipients decided; deliveries planned, which is the next ordinal.
 * - `!REASON`: recipients suppressed for this reason.
 * - `accepted`, `token_dead`, `rejected`, `expired`, `superseded`: deliveries settled in this state.
 * - `dropped`: rejected deliveries whose dead letters were dismissed or dropped.
 * - `done`: when the last delivery was settled.
 */
export type EventHash = Record<string, string>;

/** The fields that `decodeAccepted` reads, in its order. */
export const ACCEPTED_FIELDS = ['app', 'lane', 'at', 'by', 'hold', 'v', 'body', 'tp'] as const;

/** Decodes the event from the values of `ACCEPTED_FIELDS`; undefined when its record has expired. */
export function decodeAccepted(key: string, values: readonly (string | null)[]): AcceptedEvent | undefined {
  const [app, lane, at, by, hold, v, body, tp] = values;
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
    ...(tp ? { traceparent: tp } : {}),
  };
}
