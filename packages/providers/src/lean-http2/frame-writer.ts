import { Flag, FRAME_HEADER_BYTES, FrameType, MAX_FRAME_SIZE } from './codes.ts';

/** The frames of about two hundred requests. */
const CHUNK_BYTES = 64 * 1024;

interface HeaderBlock {
  bytes: Buffer;
  length: number;
  endStream: boolean;
}

/**
 * Collects frames, so that all of one tick leave in one write: https://www.rfc-editor.org/rfc/rfc9113#section-6
 * Bytes handed out are never written to again, since the socket may keep them.
 */
export class FrameWriter {
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  /** What has not been taken is from `#start` to `#at`. */
  #start = 0;
  #at = 0;

  /** The collected bytes; undefined if there are none. */
  take(): Buffer | undefined {
    if (this.#at === this.#start) return undefined;
    const bytes = this.#chunk.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return bytes;
  }

  /** Adds bytes that are not a frame: the preface. */
  raw(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#at += bytes.copy(this.#chunk, this.#at);
  }

  /** A header block, the first `length` of these bytes: HEADERS, followed by CONTINUATION if one frame is too small. */
  headers(streamId: number, { bytes, length, endStream }: HeaderBlock): void {
    let type: number = FrameType.HEADERS;
    let flags: number = endStream ? Flag.END_STREAM : 0;
    for (let from = 0; from < length; from += MAX_FRAME_SIZE) {
      const to = Math.min(length, from + MAX_FRAME_SIZE);
      this.#header(type, to === length ? flags | Flag.END_HEADERS : flags, streamId, to - from);
      this.#at += bytes.copy(this.#chunk, this.#at, from, to);
      type = FrameType.CONTINUATION;
      flags = 0;
    }
  }

  /** A whole body in one DATA frame, which ends its stream. Returns its bytes; 3 for each character must fit. */
  text(streamId: number, body: string): number {
    this.#header(FrameType.DATA, Flag.END_STREAM, streamId, 3 * body.length);
    const start = this.#at;
    const length = this.#chunk.write(body, start, 'utf8');
    this.#chunk.writeUIntBE(length, start - FRAME_HEADER_BYTES, 3);
    this.#at += length;
    return length;
  }

  /** A part of a body, which must fit in one frame. */
  data(streamId: number, body: Buffer, { from, to }: { from: number; to: number }): void {
    this.#header(FrameType.DATA, to === body.length ? Flag.END_STREAM : 0, streamId, to - from);
    this.#at += body.copy(this.#chunk, this.#at, from, to);
  }

  /** Our settings, in pairs of identifier and value; none for an acknowledgement of the server's. */
  settings(pairs: readonly (readonly [id: number, value: number])[]): void {
    this.#header(FrameType.SETTINGS, pairs.length === 0 ? Flag.ACK : 0, 0, 6 * pairs.length);
    for (const [id, value] of pairs) {
      this.#at = this.#chunk.writeUInt16BE(id, this.#at);
      this.#uint32(value);
    }
  }

  /** `payload`: 8 bytes, at `start`. */
  ping(payload: Buffer, start: number, isAnswer: boolean): void {
    this.#header(FrameType.PING, isAnswer ? Flag.ACK : 0, 0, 8);
    this.#at += payload.copy(this.#chunk, this.#at, start, start + 8);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.#header(FrameType.WINDOW_UPDATE, 0, streamId, 4);
    this.#uint32(increment);
  }

  resetStream(streamId: number, code: number): void {
    this.#header(FrameType.RST_STREAM, 0, streamId, 4);
    this.#uint32(code);
  }

  /** We accept no streams of the server, so the last one is 0. */
  goaway(code: number): void {
    this.#header(FrameType.GOAWAY, 0, 0, 8);
    this.#uint32(0);
    this.#uint32(code);
  }

  /** Writes a frame's header, and makes room for its payload. */
  #header(type: number, flags: number, streamId: number, length: number): void {
    this.#reserve(FRAME_HEADER_BYTES + length);
    this.#uint32((length << 8) | type);
    this.#chunk[this.#at] = flags;
    this.#at += 1;
    this.#uint32(streamId);
  }

  #uint32(value: number): void {
    this.#at = this.#chunk.writeUInt32BE(value, this.#at);
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#chunk.length) return;
    const waiting = this.#chunk.subarray(this.#start, this.#at);
    this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, 2 * (waiting.length + length)));
    this.#at = waiting.copy(this.#chunk);
    this.#start = 0;
  }
}
