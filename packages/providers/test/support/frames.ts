import { FrameType, Setting } from '../../src/lean-http2/codes.ts';

/** What a frame is made of. Everything is optional, so that malformed ones can be made as well. */
interface FrameParts {
  flags?: number;
  streamId?: number;
  payload?: Buffer | readonly number[];
  /** The length that its header claims; default: the payload's. */
  length?: number;
}

/** The bytes of a frame: https://www.rfc-editor.org/rfc/rfc9113#section-4.1 */
export function frame(type: keyof typeof FrameType | number, parts: FrameParts = {}): Buffer {
  const { flags = 0, streamId = 0, payload = [] } = parts;
  const { length = payload.length } = parts;
  const header = Buffer.alloc(9);
  header.writeUIntBE(length, 0, 3);
  header[3] = typeof type === 'number' ? type : FrameType[type];
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, Buffer.from(payload)]);
}

export const uint32 = (...values: number[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    }),
  );

/** A SETTINGS frame. */
export const settings = (values: Partial<Record<keyof typeof Setting, number>> = {}): Buffer =>
  frame('SETTINGS', {
    payload: Buffer.concat(
      Object.entries(values).map(([name, value]) =>
        Buffer.concat([Buffer.from([0, Setting[name as keyof typeof Setting]]), uint32(value)]),
      ),
    ),
  });

/** A field that is not remembered, without Huffman coding. */
export const literal = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name, 'latin1'),
    Buffer.from([value.length]),
    Buffer.from(value, 'latin1'),
  ]);

/** `:status: 200`, from the static table. */
export const STATUS_200 = Buffer.from([0x88]);

export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const PRIORITY = 0x20;
export const ACK = 0x1;
