import type { NotificationDetails } from '@fanfare/core';

/** How a notification is built and measured; `size` and `limit` in bytes. */
export interface Fitting<T> {
  build(details: NotificationDetails): T;
  size(built: T): number;
  limit: number;
}

const ELLIPSIS = '…';
/** What goes first: the message object is the app's wish, pictures are decoration. */
const EXPENDABLE = ['message', 'receiverAvatar', 'senderAvatar'] as const;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Builds a notification that fits the provider's limit. What is too large loses, as far as needed and in this order:
 * `message`, the pictures, the end of the body (at a grapheme boundary, with "…"), and only when not even an empty body
 * would do, the app's `custom`. Undefined when that does not help either.
 */
export function fit<T>(details: NotificationDetails, fitting: Fitting<T>): T | undefined {
  const whole = attempt(details, fitting);
  if (whole !== undefined) return whole;
  let rest = details;
  for (const key of EXPENDABLE) {
    if (rest[key] === undefined) continue;
    rest = without(rest, key);
    const built = attempt(rest, fitting);
    if (built !== undefined) return built;
  }
  return trimmed(rest, fitting) ?? (rest.custom === undefined ? undefined : fit(without(rest, 'custom'), fitting));
}

function attempt<T>(details: NotificationDetails, { build, size, limit }: Fitting<T>): T | undefined {
  const built = build(details);
  return size(built) <= limit ? built : undefined;
}

/** The longest beginning of the body that fits, found by bisection over its UTF-16 units. */
function trimmed<T>(details: NotificationDetails, fitting: Fitting<T>): T | undefined {
  // A unit takes at least a byte; and the boundaries are looked up in a short text.
  const body = details.body.slice(0, fitting.limit);
  const segments = segmenter.segment(body);
  let best: T | undefined;
  let [low, high] = [0, body.length - 1];
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const end = segments.containing(middle)?.index ?? 0;
    const built = attempt({ ...details, body: `${body.slice(0, end)}${ELLIPSIS}` }, fitting);
    if (built === undefined) {
      high = end - 1;
    } else {
      best = built;
      low = middle + 1;
    }
  }
  return best;
}

function without(details: NotificationDetails, key: 'custom' | (typeof EXPENDABLE)[number]): NotificationDetails {
  const { [key]: _dropped, ...rest } = details;
  return rest;
}
