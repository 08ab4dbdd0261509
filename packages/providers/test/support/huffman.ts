import { CODE_LENGTHS } from '../../src/lean-http2/hpack/huffman-code.ts';

/** The code of each symbol, as binary digits: https://www.rfc-editor.org/rfc/rfc7541#section-5.2 */
const CODES: readonly string[] = canonical();

/** Huffman-codes bytes as a server does. */
export function huffman(bytes: readonly number[]): Buffer {
  const bits = bytes.map((byte) => CODES[byte]).join('');
  return fromBits(bits.padEnd(Math.ceil(bits.length / 8) * 8, '1'));
}

/** Whole bytes of binary digits. */
export const fromBits = (bits: string): Buffer =>
  Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));

function canonical(): string[] {
  const codes: string[] = [];
  let code = 0;
  for (let length = 1; length <= 30; length += 1) {
    code *= 2;
    for (const [symbol, itsLength] of CODE_LENGTHS.entries()) {
      if (itsLength !== length) continue;
      codes[symbol] = code.toString(2).padStart(length, '0');
      code += 1;
    }
  }
  return codes;
}
