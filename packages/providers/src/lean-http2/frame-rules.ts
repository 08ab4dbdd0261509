import { Flag, FrameType } from './codes.ts';
import type { Frame } from './frame-reader.ts';
import { frameSizeError, protocolError } from './violation.ts';

/** What a frame of a type must be like. Types without a rule are unknown, and ignored. */
interface FrameRule {
  name: string;
  on: 'stream' | 'connection' | 'either';
  /** The payload's length in bytes. */
  fits?: (length: number, flags: number) => boolean;
}

const exactly = (bytes: number) => (length: number) => length === bytes;

/** https://www.rfc-editor.org/rfc/rfc9113#section-6 */
const RULES: readonly FrameRule[] = ((): FrameRule[] => {
  const rules: FrameRule[] = [];
  rules[FrameType.DATA] = { name: 'DATA', on: 'stream' };
  rules[FrameType.HEADERS] = { name: 'HEADERS', on: 'stream' };
  rules[FrameType.PRIORITY] = { name: 'PRIORITY', on: 'stream', fits: exactly(5) };
  rules[FrameType.RST_STREAM] = { name: 'RST_STREAM', on: 'stream', fits: exactly(4) };
  rules[FrameType.SETTINGS] = {
    name: 'SETTINGS',
    on: 'connection',
    fits: (length, flags) => (flags & Flag.ACK ? length === 0 : length % 6 === 0),
  };
  rules[FrameType.PUSH_PROMISE] = { name: 'PUSH_PROMISE', on: 'stream' };
  rules[FrameType.PING] = { name: 'PING', on: 'connection', fits: exactly(8) };
  rules[FrameType.GOAWAY] = { name: 'GOAWAY', on: 'connection', fits: (length) => length >= 8 };
  rules[FrameType.WINDOW_UPDATE] = { name: 'WINDOW_UPDATE', on: 'either', fits: exactly(4) };
  rules[FrameType.CONTINUATION] = { name: 'CONTINUATION', on: 'stream' };
  return rules;
})();

/** Throws a `Violation` if the frame's length or stream id is impossible for its type. */
export function checkFrame({ type, flags, streamId, start, end }: Frame): void {
  const rule = RULES[type];
  if (rule === undefined) return;
  if (rule.fits !== undefined && !rule.fits(end - start, flags)) throw frameSizeError(`${rule.name} of a wrong length`);
  if (rule.on === 'either') return;
  if ((streamId === 0) !== (rule.on === 'connection')) throw protocolError(`${rule.name} on stream ${streamId}`);
}

/**
 * Removes the padding of a DATA or HEADERS frame: https://www.rfc-editor.org/rfc/rfc9113#section-6.1
 * Throws a `Violation` if there is no room for it.
 */
export function unpad(frame: Frame): void {
  if ((frame.flags & Flag.PADDED) === 0) return;
  if (frame.start === frame.end) throw frameSizeError('a padded frame is empty');
  const padding = frame.bytes[frame.start] as number;
  frame.start += 1;
  frame.end -= padding;
  if (frame.end < frame.start) throw protocolError('the padding exceeds its frame');
}

/** Removes the priority of a HEADERS frame, which is deprecated and ignored. */
export function skipPriority(frame: Frame): void {
  if ((frame.flags & Flag.PRIORITY) === 0) return;
  frame.start += 5;
  if (frame.end < frame.start) throw frameSizeError('HEADERS end within their priority');
}
