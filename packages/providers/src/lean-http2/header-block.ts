import { Flag, FrameType } from './codes.ts';
import type { Frame } from './frame-reader.ts';
import { skipPriority, unpad } from './frame-rules.ts';
import { MAX_HEADER_LIST_SIZE } from './settings.ts';
import { excessError, protocolError } from './violation.ts';

/** Far more than a block within the limit needs: a flood of empty frames is ended by it. */
const MAX_CONTINUATIONS = 32;

/** Joins HEADERS with the CONTINUATION frames that follow: https://www.rfc-editor.org/rfc/rfc9113#section-6.10 */
export class HeaderBlockReader {
  #unfinished: { first: Frame; parts: Buffer[]; length: number } | undefined;

  /** Throws a `Violation` when another frame comes between HEADERS and its continuation. */
  expects({ type, streamId }: Frame): void {
    const isContinuation = type === FrameType.CONTINUATION;
    if (isContinuation !== (this.#unfinished !== undefined)) throw protocolError('a header block is interrupted');
    if (isContinuation && streamId !== this.#unfinished?.first.streamId)
      throw protocolError('a header block changes stream');
  }

  /** Takes HEADERS. Returns the whole block, as one frame, if that completes it. */
  headers(frame: Frame): Frame | undefined {
    unpad(frame);
    skipPriority(frame);
    // The usual case: no copy.
    if (frame.flags & Flag.END_HEADERS) return frame;
    this.#unfinished = { first: frame, parts: [], length: 0 };
    this.#add(frame);
    return undefined;
  }

  /** Takes CONTINUATION. Returns the whole block, as one frame, if that completes it. */
  continuation(frame: Frame): Frame | undefined {
    this.#add(frame);
    if (this.#unfinished === undefined || (frame.flags & Flag.END_HEADERS) === 0) return undefined;
    const { first, parts, length } = this.#unfinished;
    this.#unfinished = undefined;
    return { ...first, bytes: Buffer.concat(parts), start: 0, end: length };
  }

  #add({ bytes, start, end }: Frame): void {
    const block = this.#unfinished;
    if (block === undefined) return;
    block.parts.push(Buffer.from(bytes.subarray(start, end)));
    block.length += end - start;
    if (block.length > MAX_HEADER_LIST_SIZE) throw excessError('a header block is too large');
    if (block.parts.length > MAX_CONTINUATIONS) throw excessError('a header block has too many parts');
  }
}
