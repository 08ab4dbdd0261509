import { MAX_31_BITS, MAX_FRAME_SIZE, Setting } from './codes.ts';
import type { Frame } from './frame-reader.ts';
import { flowControlError, protocolError } from './violation.ts';

/** The limits of a header list and of its encoded bytes. Answers have a few hundred bytes of headers. */
export const MAX_HEADER_LIST_SIZE = 32 * 1024;

/** Ours: https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2 . What is not listed keeps its default. */
export const OUR_SETTINGS: readonly (readonly [id: number, value: number])[] = [
  [Setting.ENABLE_PUSH, 0],
  [Setting.MAX_HEADER_LIST_SIZE, MAX_HEADER_LIST_SIZE],
];

/** The settings of a SETTINGS frame, in order. Throws a `Violation` for a value that is not allowed. */
export function readSettings({ bytes, start, end }: Frame): [id: number, value: number][] {
  const pairs: [number, number][] = [];
  for (let at = start; at < end; at += 6) {
    const id = bytes.readUInt16BE(at);
    const value = bytes.readUInt32BE(at + 2);
    check(id, value);
    pairs.push([id, value]);
  }
  return pairs;
}

function check(id: number, value: number): void {
  if (id === Setting.INITIAL_WINDOW_SIZE && value > MAX_31_BITS) throw flowControlError('an initial window too large');
  // A server must not set it to 1.
  if (id === Setting.ENABLE_PUSH && value !== 0) throw protocolError('the server sets ENABLE_PUSH');
  if (id === Setting.MAX_FRAME_SIZE && (value < MAX_FRAME_SIZE || value > 0xffffff)) {
    throw protocolError('a frame size that is not allowed');
  }
}
