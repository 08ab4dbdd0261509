import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HpackDecoder } from '../../../src/lean-http2/hpack/decoder.ts';
import { HpackEncoder } from '../../../src/lean-http2/hpack/encoder.ts';

const UNREPEATED = new Set([':path', 'apns-id']);
const aName = fc.constantFrom(':method', ':path', 'authorization', 'apns-id', 'x-a', 'x-b', 'x-c');
const aByte = fc.integer({ min: 0x20, max: 0xff }).map((code) => (code === 0x7f ? ' ' : String.fromCharCode(code)));
const aValue = fc.oneof(
  fc.constantFrom('POST', '/', 'a', 'b', ''),
  fc.string({ unit: aByte, maxLength: 300 }),
  fc.integer({ min: 0, max: 3000 }).map((length) => 'x'.repeat(length)),
);
type Fields = [name: string, value: string][];
const aBlock: fc.Arbitrary<Fields> = fc.array(fc.tuple(aName, aValue), { maxLength: 8 });
const aTableSize = fc.integer({ min: 0, max: 6000 });

function encode(encoder: HpackEncoder, fields: Fields): Buffer {
  encoder.begin();
  for (const [name, value] of fields) encoder.add(name, value, UNREPEATED);
  const length = encoder.end();
  return encoder.bytes.subarray(0, length);
}

const decode = (decoder: HpackDecoder, block: Buffer) =>
  (decoder.decode(block, 0, block.length) ?? []).map(({ name, value }) => [name, value]);

test('what is encoded is decoded alike, however fields repeat and the server changes the size of the table', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: aBlock }, aTableSize), { maxLength: 30 }), (steps) => {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder(Number.POSITIVE_INFINITY);
      for (const step of steps) {
        if (typeof step === 'number') encoder.limitTable(step);
        else expect(decode(decoder, encode(encoder, step))).toEqual(step);
      }
    }),
    { numRuns: 300 },
  );
});

describe('of fields that repeat', () => {
  const fields = (id: string): Fields => [
    [':method', 'POST'],
    [':path', `/3/device/${id}`],
    ['authorization', `bearer ${'x'.repeat(1000)}`],
    ['apns-id', id],
    ['apns-priority', '10'],
  ];

  test('the later ones take one byte each, and the others no name', () => {
    const encoder = new HpackEncoder();
    encode(encoder, fields('1'));
    // 1 byte for a field known in full; 1 or 2 for a known name, then the length and the value.
    expect(encode(encoder, fields('22'))).toHaveLength(1 + 14 + 1 + 5 + 1);
  });

  test('none is remembered when the server allows no table', () => {
    const encoder = new HpackEncoder();
    encoder.limitTable(0);
    encode(encoder, fields('1'));
    expect(encode(encoder, fields('1')).length).toBeGreaterThan(1000);
  });
});

test.each([
  ['x-a', 'a\r\nb'],
  ['x-a', 'a\0'],
  ['x-a', '€'],
  ['X-A', 'a'],
  ['x a', 'a'],
])('a header that must not be sent is refused, and later blocks are unharmed: %j %j', (name, value) => {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(10_000);
  const good: Fields = [['x-b', 'b']];
  expect(() => encode(encoder, [...good, [name, value]])).toThrow(TypeError);
  for (const block of [good, good]) expect(decode(decoder, encode(encoder, block))).toEqual(good);
});
