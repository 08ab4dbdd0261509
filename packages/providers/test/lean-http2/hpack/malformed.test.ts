import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ErrorCode } from '../../../src/lean-http2/codes.ts';
import { HpackDecoder } from '../../../src/lean-http2/hpack/decoder.ts';
import { decodeHuffman } from '../../../src/lean-http2/hpack/huffman.ts';
import { Violation } from '../../../src/lean-http2/violation.ts';
import { fromBits, huffman } from '../../support/huffman.ts';

const decode = (block: Buffer, maxListSize = 10_000) => new HpackDecoder(maxListSize).decode(block, 0, block.length);
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const COMPRESSION_ERROR = expect.objectContaining({ code: ErrorCode.COMPRESSION_ERROR });

describe('a block is refused', () => {
  test.each([
    ['with index 0', '80'],
    ['with an index beyond both tables', 'be'],
    ['with the name of an index beyond both tables', '7f 00 00'],
    ['with an integer that is too large', 'ff ff ff ff ff ff 00'],
    ['with an integer that never ends', `ff ${'80'.repeat(100)}`],
    ['that ends within an integer', 'ff'],
    ['that ends before a value', '40 01 61'],
    ['with a string that exceeds it', '40 01 61 05 61'],
    ['with a table larger than announced', '3f e2 1f'],
    ['with a new size of the table after a field', '82 20'],
    ['with a Huffman padding of zeros', '40 01 61 81 18'],
    ['with a Huffman padding of a whole byte', '40 01 61 82 1f ff'],
    ['with the end-of-string symbol', '40 01 61 84 ff ff ff ff'],
  ])('%s', (_what, block) => {
    expect(() => decode(hex(block))).toThrow(COMPRESSION_ERROR);
  });
});

test('a list beyond the limit is read to its end, so that later blocks can be', () => {
  const decoder = new HpackDecoder(100);
  const large = hex(`40 01 61 7f 00 ${'62'.repeat(127)} 82`);
  expect(decoder.decode(large, 0, large.length)).toBeUndefined();
  const small = hex('82');
  expect(decoder.decode(small, 0, 1)).toMatchObject([{ name: ':method' }]);
});

test('whatever arrives, a decoder answers with fields or a violation', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 }), (blocks) => {
      const decoder = new HpackDecoder(1000);
      try {
        for (const block of blocks) decoder.decode(Buffer.from(block), 0, block.length);
      } catch (error) {
        expect(error).toBeInstanceOf(Violation);
      }
    }),
    { numRuns: 2000 },
  );
});

describe('a Huffman string', () => {
  test('of any bytes is decoded', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 5000 }), (bytes) => {
        const coded = huffman(bytes);
        expect(decodeHuffman(coded, 0, coded.length)).toBe(Buffer.from(bytes).toString('latin1'));
      }),
    );
  });

  test('of every byte is decoded', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte);
    const coded = huffman(bytes);
    expect(decodeHuffman(coded, 0, coded.length)).toBe(Buffer.from(bytes).toString('latin1'));
  });

  test.each([
    ['ones', '00011 111', 'a'],
    ['nothing', '11111100', 'X'],
  ])('may be padded with %s: %s', (_what, bits, text) => {
    const coded = fromBits(bits.replace(' ', ''));
    expect(decodeHuffman(coded, 0, coded.length)).toBe(text);
  });

  test.each([
    ['a zero', '00011 110'],
    ['a whole byte', '11111100 11111111'],
  ])('must not be padded with %s: %s', (_what, bits) => {
    const coded = fromBits(bits.replace(' ', ''));
    expect(() => decodeHuffman(coded, 0, coded.length)).toThrow(COMPRESSION_ERROR);
  });
});
