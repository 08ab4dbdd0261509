import { type AcceptedEvent, conversationKey, type Event, type Lane } from '@fanfare/core';
import { bucketTextOf } from '../buckets/bucket.ts';
import { encodeSubject } from '../references/reference.ts';
import { encodeAccepted } from './record.ts';

/** An event in the form in which it is written. */
export interface EncodedEvent {
  appId: string;
  /** As the chat backend named it. */
  id: string;
  key: string;
  lane: Lane;
  /** When it was accepted, epoch ms. */
  receivedAt: number;
  /** How long its records are kept. */
  retentionMs: number;
  /** The key of its conversation: events of one share a shard. */
  conversation: string;
  /** Where its lines are, once those of its neighbours are written as well. */
  lines: Lines;
}

/** A part of a text that several events share, in bytes. */
interface Lines {
  bytes: Buffer;
  start: number;
  end: number;
}

/** Characters after which a text is written. */
const FULL = 16 * 1024;

/**
 * Encodes events, together with their neighbours. While a batch waits to be stored, thousands of events are in memory:
 * what is left of each is little more than its part of a text, and that is outside the heap of V8, whose collections
 * would copy it.
 */
export class EventEncoder {
  #text = '';
  /** Of each event in the text: where its lines are to be noted, and where they end. */
  #pending: { lines: Lines; end: number }[] = [];

  /** Its lines can be read after `finish`. */
  encode(accepted: AcceptedEvent, retentionMs: number): EncodedEvent {
    const { appId, key, lane, receivedAt, event } = accepted;
    const { id } = event;
    const lines: Lines = { bytes: NONE, start: 0, end: 0 };
    this.#text += `${bucketTextOf(id)}${key} ${receivedAt}\n${encodeAccepted(accepted)}\n${subjectOf(event)}\n`;
    this.#pending.push({ lines, end: this.#text.length });
    if (this.#text.length > FULL) this.finish();
    return { appId, id, key, lane, receivedAt, retentionMs, conversation: conversationKey(event), lines };
  }

  /** Writes what has not been written yet. */
  finish(): void {
    const bytes = Buffer.from(this.#text);
    const isAscii = bytes.length === this.#text.length;
    let [start, from] = [0, 0];
    for (const { lines, end } of this.#pending) {
      const length = isAscii ? end - from : Buffer.byteLength(this.#text.slice(from, end));
      lines.bytes = bytes;
      lines.start = start;
      lines.end = start + length;
      [start, from] = [lines.end, end];
    }
    this.#text = '';
    this.#pending = [];
  }
}

const NONE = Buffer.alloc(0);

/**
 * The reference by which later events find the author of a new message (references/messages.ts): the bucket and the
 * field of the message's id, and what follows the event's key and shard in it. Empty for other events.
 */
function subjectOf(event: Event): string {
  if (event.type !== 'message.sent') return '';
  const { message, conversation, sender } = event;
  return bucketTextOf(message.id) + encodeSubject(conversation, [sender.uid]);
}

const LINE_FEED = 0x0a;

/** The reference of an event, as encoded. */
export const referenceIn = ({ lines: { bytes, end } }: EncodedEvent): string =>
  bytes.toString('utf8', bytes.lastIndexOf(LINE_FEED, end - 2) + 1, end - 1);

/**
 * The lines of some events. Of each: name and field of its id, its key, a space, and when it was received; `ev` on two
 * lines; and the reference of a message, or nothing.
 */
export function linesOf(events: readonly EncodedEvent[]): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < events.length; ) {
    const { bytes, start } = (events[i] as EncodedEvent).lines;
    let end = start;
    // Those of neighbours are copied at once.
    for (; i < events.length; i += 1) {
      const { lines } = events[i] as EncodedEvent;
      if (lines.bytes !== bytes || lines.start !== end) break;
      end = lines.end;
    }
    parts.push(bytes.subarray(start, end));
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}
