import { type Event, isMessage } from './event.ts';

/** The event without what only a notification needs: text, metadata and message object, and the custom JSON. */
export function withoutContent(event: Event): Event {
  const { custom: _custom, ...rest } = event;
  if (!isMessage(rest)) return rest;
  const { text: _text, object: _object, metadata: _metadata, ...message } = rest.message;
  return { ...rest, message };
}
