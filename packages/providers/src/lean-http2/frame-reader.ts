import { FRAME_HEADER_BYTES, MAX_FRAME_SIZE } from './codes.ts';
import { frameSizeError } from './violation.ts';

/** A complete frame. Its payload is `bytes` from `start` to `end`, valid only until the handler returns. */
export interface Frame {
  type: number;
  flags: number;
  streamId: number;
  bytes: Buffer;
  start: number;
  end: number;
}

/**
 * Cuts the bytes of a connection into frames, however they arrive: https://www.rfc-editor.org/rfc/rfc9113#section-4.1
 * A frame within one chunk is not copied; at most one incomplete frame is kept.
 */
export class FrameReader {
  readonly #handle: (frame: Frame) => void;
  /** The beginning of an incomplete frame, of which `#length` bytes are there. */
  #partial = Buffer.allocUnsafe(FRAME_HEADER_BYTES + MAX_FRAME_SIZE);
  #length = 0;
  #isStopped = false;

  /** The handler is called for each frame, in order. */
  constructor(handle: (frame: Frame) => void) {
    this.#handle = handle;
  }

  /** Throws a `Violation` for a frame that is larger than we allow, and whatever the handler throws. */
  push(chunk: Buffer): void {
    if (this.#isStopped) return;
    let at = this.#length > 0 ? this.#complete(chunk) : 0;
    while (!this.#isStopped && chunk.length - at >= FRAME_HEADER_BYTES) {
      const end = at + FRAME_HEADER_BYTES + lengthAt(chunk, at);
      if (end > chunk.length) break;
      this.#frame(chunk, at, end);
      at = end;
    }
    if (!this.#isStopped && at < chunk.length) this.#length += chunk.copy(this.#partial, this.#length, at);
  }

  /** Ignores everything from now on. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Completes the incomplete frame, if the chunk suffices. Returns how much of the chunk was used. */
  #complete(chunk: Buffer): number {
    const header = this.#fill(chunk, 0, FRAME_HEADER_BYTES);
    if (this.#length < FRAME_HEADER_BYTES) return header;
    const end = FRAME_HEADER_BYTES + lengthAt(this.#partial, 0);
    const used = this.#fill(chunk, header, end);
    if (this.#length === end) {
      this.#length = 0;
      this.#frame(this.#partial, 0, end);
    }
    return used;
  }

  /** Copies from the chunk until there are `wanted` bytes. Returns the position after them. */
  #fill(chunk: Buffer, at: number, wanted: number): number {
    if (this.#length >= wanted) return at;
    const copied = chunk.copy(this.#partial, this.#length, at, at + wanted - this.#length);
    this.#length += copied;
    return at + copied;
  }

  #frame(bytes: Buffer, at: number, end: number): void {
    this.#handle({
      type: bytes[at + 3] as number,
      flags: bytes[at + 4] as number,
      // Its highest bit is reserved and ignored.
      streamId: bytes.readUInt32BE(at + 5) & 0x7fffffff,
      bytes,
      start: at + FRAME_HEADER_BYTES,
      end,
    });
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUIntBE(at, 3);
  if (length > MAX_FRAME_SIZE) throw frameSizeError('a frame is larger than announced');
  return length;
}
