import { type Event, isMessage } from './event.ts';

/** How long the content of an event is kept once it is done, counted from its receipt (docs/rules/delivery.md). */
export const CONTENT_KEPT_MS = 24 * 3_600_000;

/** The event without what only a notification needs: text, metadata and message object, and the custom JSON. */
export function withoutContent(event: Event): Event {
  const { custom: _custom, ...rest } = event;
  if (!isMessage(rest)) return rest;
  const { text: _text, object: _object, metadata: _metadata, ...message } = rest.message;
  return { ...rest, message };
}
