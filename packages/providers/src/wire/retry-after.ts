import type { Outcome } from '@fanfare/core';

/** The minimum wait, whatever the endpoint says: its zero would cause a busy loop. */
const MIN_WAIT_MS = 1000;

/** The three forms every recipient must read: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 */
const IMF_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC850_DATE = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** The times a wait is measured by, epoch milliseconds. */
export interface WaitLimits {
  now: number;
  /** After this the delivery is useless; no wait goes beyond it. */
  deadlineAt: number;
}

/**
 * Milliseconds to wait by a Retry-After header (whole seconds or an HTTP date, read by our clock): at least one second,
 * at most the time left to the deadline, which may be 0. Undefined when the header says neither.
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMs(header: string, { now, deadlineAt }: WaitLimits): number | undefined {
  const wanted = /^\d+$/.test(header) ? Number(header) * 1000 : parseHttpDate(header) - now;
  if (Number.isNaN(wanted)) return undefined;
  return Math.max(0, Math.min(Math.max(wanted, MIN_WAIT_MS), deadlineAt - now));
}

/** How long a throttled request waits, as part of an outcome. */
type ThrottleWait = Pick<Outcome & { kind: 'throttled' }, 'retryAfterMs' | 'byDefault'>;

/** The wait that a Retry-After header asks for; undefined if it is absent or invalid. */
export function waitAsked(header: string | undefined, limits: WaitLimits): ThrottleWait | undefined {
  const asked = header === undefined ? undefined : retryAfterMs(header, limits);
  return asked === undefined ? undefined : { retryAfterMs: asked };
}

/** The usual wait if an answer asks for none; undefined if there is no usual one. */
export const waitByDefault = (usualMs: number | undefined): ThrottleWait | undefined =>
  usualMs === undefined ? undefined : { retryAfterMs: usualMs, byDefault: true };

/** Epoch milliseconds, or NaN. The asctime form names no zone, but means GMT. */
function parseHttpDate(text: string): number {
  if (ASCTIME_DATE.test(text)) return Date.parse(`${text} GMT`);
  return IMF_DATE.test(text) || RFC850_DATE.test(text) ? Date.parse(text) : Number.NaN;
}
