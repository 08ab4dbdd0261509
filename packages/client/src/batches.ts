import type { FanfareEvent } from './events.ts';

/** The most events that the server takes in one request (docs/rules/cometchat.md#limits). */
const MAX_EVENTS = 1000;
/** A little under the server's 5 MiB. */
export const MAX_BYTES = 5_000_000;

/** Splits events into the JSON arrays to post, in order. An event that is too large for any request goes alone. */
export function* batches(events: Iterable<FanfareEvent>): Generator<string> {
  const encoder = new TextEncoder();
  let batch: string[] = [];
  let bytes = 0;
  for (const event of events) {
    const json = JSON.stringify(event);
    const size = encoder.encode(json).length + 1;
    if (batch.length === MAX_EVENTS || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      yield `[${batch.join()}]`;
      batch = [];
      bytes = 0;
    }
    batch.push(json);
    bytes += size;
  }
  if (batch.length > 0) yield `[${batch.join()}]`;
}
