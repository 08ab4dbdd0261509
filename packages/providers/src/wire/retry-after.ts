import type { Outcome } from '@fanfare/core';

/** Never sooner than this, whatever the endpoint says: its zero would make a busy loop. */
const MIN_WAIT_MS = 1000;

/** The three forms every recipient must read: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 */
const HTTP_DATE =
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$|^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** The moments a wait is measured by, epoch milliseconds. */
export interface WaitLimits {
  now: number;
  /** After this the delivery is of no use; no wait goes beyond it. */
  deadlineAt: number;
}

/**
 * Milliseconds to wait by a Retry-After header (whole seconds or an HTTP date, read by our clock): at least one
 * second, at most what is left to the deadline, which may be 0. Undefined when the header says neither.
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMs(header: string, { now, deadlineAt }: WaitLimits): number | undefined {
  const wanted = /^\d+$/.test(header) ? Number(header) * 1000 : parseHttpDate(header) - now;
  if (Number.isNaN(wanted)) return undefined;
  return Math.max(0, Math.min(Math.max(wanted, MIN_WAIT_MS), deadlineAt - now));
}

/** How long a throttled request waits, as the outcome of the attempt says it. */
type ThrottleWait = Pick<Outcome & { kind: 'throttled' }, 'retryAfterMs' | 'byDefault'>;

/** The wait that a Retry-After header asks for; undefined where there is none that says a time. */
export function waitAsked(header: string | undefined, limits: WaitLimits): ThrottleWait | undefined {
  const asked = header === undefined ? undefined : retryAfterMs(header, limits);
  return asked === undefined ? undefined : { retryAfterMs: asked };
}

/** The usual wait where an answer asks for none; undefined where there is no usual one. */
export const waitByDefault = (usualMs: number | undefined): ThrottleWait | undefined =>
  usualMs === undefined ? undefined : { retryAfterMs: usualMs, byDefault: true };

/** Epoch milliseconds, or NaN. The asctime form names no zone, but means GMT. */
function parseHttpDate(text: string): number {
  if (ASCTIME_DATE.test(text)) return Date.parse(`${text} GMT`);
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}
