/**
 * The part of ASN.1 DER that a certificate needs: one function per type, each returning the encoded bytes. ITU-T X.690,
 * https://www.itu.int/rec/T-REC-X.690
 */

/** Any type by its tag; constructed types contain others. */
export function tagged(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content), content]);
}

export const sequence = (...items: Uint8Array[]): Buffer => tagged(0x30, ...items);

export const set = (...items: Uint8Array[]): Buffer => tagged(0x31, ...items);

/** Context-specific and constructed: `[n] EXPLICIT`. */
export const explicit = (n: number, ...items: Uint8Array[]): Buffer => tagged(0xa0 + n, ...items);

/** An unsigned integer of any size. */
export const integer = (bytes: Uint8Array): Buffer =>
  tagged(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes);

export const TRUE = tagged(0x01, Buffer.from([0xff]));

export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer => tagged(0x03, Buffer.from([unusedBits]), bytes);

export const octetString = (bytes: Uint8Array): Buffer => tagged(0x04, bytes);

export const utf8String = (text: string): Buffer => tagged(0x0c, Buffer.from(text));

/** A dotted object identifier. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTCTime, to the second; for the years 1950 to 2049. */
export const utcTime = (date: Date): Buffer =>
  tagged(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

function lengthOf({ length }: Uint8Array): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.from([0x80 + bytes.length, ...bytes]);
}

function base128(arc: number): number[] {
  const digits = [arc & 0x7f];
  for (let rest = arc >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}
