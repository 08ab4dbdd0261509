import { createReadStream } from 'node:fs';
import type { ArchivedEvent, ArchivedRow, ArchivedSlice, ArchivePart } from '../archived.ts';

/** Where a line is in its file, in bytes, with its line feed. */
export interface Place {
  offset: number;
  length: number;
}

/** A complete event in a file: its own line, and the lines of its slices before it. */
export interface StoredEvent {
  event: ArchivedEvent;
  slices: Map<number, Place>;
  /** The place of the event's own line. */
  place: Place;
}

const LINE_FEED = 0x0a;
const EVENT = Buffer.from('{"event":');
const SLICE = /^\{"slice":(\d+),"key":"([0-9a-z]+)"/;

/** A part as a line. The first field tells the two kinds apart without parsing. */
export function encodeLine(part: ArchivePart): string {
  if (part.kind === 'event') {
    const { key, ...event } = part.event;
    return `${JSON.stringify({ event: key, ...event })}\n`;
  }
  const { slice, key, ...rest } = part.slice;
  return `${JSON.stringify({ slice, key, ...rest })}\n`;
}

/** The rows of a slice's line; undefined if it is not the line of this slice. */
export function decodeRows(line: Buffer, key: string, slice: number): readonly ArchivedRow[] | undefined {
  const [, number, of] = SLICE.exec(line.toString('latin1', 0, 100)) ?? [];
  if (of !== key || Number(number) !== slice) return undefined;
  return (JSON.parse(line.toString()) as ArchivedSlice).rows;
}

function decodeEvent(line: Buffer): ArchivedEvent {
  const { event, ...rest } = JSON.parse(line.toString()) as Omit<ArchivedEvent, 'key'> & { event: string };
  return { key: event, ...rest };
}

/**
 * The complete events of a file. Slices without their event, and a last line without its end, are what a process was
 * writing when it died: they are written again, and ignored here.
 */
export async function* eventsIn(path: string): AsyncGenerator<StoredEvent> {
  let slices = new Map<number, Place>();
  let key: string | undefined;
  for await (const { line, place } of linesOf(path)) {
    if (line.subarray(0, EVENT.length).equals(EVENT)) {
      const event = decodeEvent(line);
      yield { event, slices: key === event.key ? slices : new Map(), place };
      key = undefined;
      continue;
    }
    const [, number, of] = SLICE.exec(line.toString('latin1', 0, 100)) ?? [];
    if (of !== key || number === '0') slices = new Map();
    key = of;
    slices.set(Number(number), place);
  }
}

async function* linesOf(path: string): AsyncGenerator<{ line: Buffer; place: Place }> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const length = end + 1 - start;
      yield { line: bytes.subarray(start, end), place: { offset: offset + start, length } };
      start = end + 1;
    }
    offset += start;
    rest = bytes.subarray(start);
  }
}
