import { type NotificationDetails, type TruncatedPart, truncatedWith } from '@fanfare/core';
import { longestBeginning } from './longest-beginning.ts';

/** How a notification is built and measured; `size` and `limit` in bytes. */
export interface Fitting<T> {
  build(details: NotificationDetails): T;
  size(built: T): number;
  limit: number;
  /** The details that the payload has: others need not be dropped. */
  keys: readonly (keyof NotificationDetails)[];
  /** Whether the message object may lose the end of its text before it is dropped. */
  trimText?: boolean | undefined;
}

/** Dropped first: the message object is the app's choice, pictures are decoration. */
const EXPENDABLE = ['message', 'receiverAvatar', 'senderAvatar'] as const;

/**
 * Builds a notification that fits the provider's limit. An oversized one loses, as far as needed and in this order: the
 * end of the message object's text (if the app trims it), the object, the pictures, the end of the body, and, if not
 * even an empty body would fit, the app's `custom`. Texts end at a grapheme boundary, with "…"; `truncated` names what
 * was lost. Undefined when nothing helps.
 */
export function fit<T>(details: NotificationDetails, fitting: Fitting<T>): T | undefined {
  const unshortened = attempt(details, fitting) ?? (fitting.trimText ? withLessText(details, fitting) : undefined);
  if (unshortened !== undefined) return unshortened;
  let rest = details;
  for (const key of EXPENDABLE) {
    if (rest[key] === undefined || !fitting.keys.includes(key)) continue;
    rest = without(rest, key);
    const built = attempt(rest, fitting);
    if (built !== undefined) return built;
  }
  const kept = truncated(rest, 'body');
  return (
    longestBeginning(kept.body, fitting.limit, (body) => attempt({ ...kept, body }, fitting)) ??
    (rest.custom === undefined ? undefined : fit(without(rest, 'custom'), fitting))
  );
}

function attempt<T>(details: NotificationDetails, { build, size, limit }: Fitting<T>): T | undefined {
  const built = build(details);
  return size(built) <= limit ? built : undefined;
}

/** With as much of the text at `message.data.text` as fits; undefined when there is none, or it is not enough. */
function withLessText<T>(details: NotificationDetails, fitting: Fitting<T>): T | undefined {
  const { message } = details;
  const data = message?.data as { text?: unknown } | null | undefined;
  if (typeof data?.text !== 'string') return undefined;
  const kept = truncated(details, 'message.data.text');
  return longestBeginning(data.text, fitting.limit, (text) =>
    attempt({ ...kept, message: { ...message, data: { ...data, text } } }, fitting),
  );
}

function without(details: NotificationDetails, key: 'custom' | (typeof EXPENDABLE)[number]): NotificationDetails {
  const { [key]: _dropped, ...rest } = details;
  return truncated(rest, key);
}

const truncated = (details: NotificationDetails, part: TruncatedPart): NotificationDetails => ({
  ...details,
  truncated: truncatedWith(details.truncated, part) as string,
});
