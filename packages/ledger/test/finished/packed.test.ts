import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pack, unpack } from '../../src/finished/packed.ts';

const AT = 1_732_872_000_123;

const text = fc.string({ unit: 'grapheme', maxLength: 300 }).map((one) => one.replaceAll('\0', ''));
const record = fc.record({
  fields: fc
    .record({ body: fc.json(), by: fc.nat(), hold: fc.nat(), done: fc.nat(), accepted: fc.nat(), '!MUTED': fc.nat() })
    .map(({ body, by, hold, done, accepted, '!MUTED': muted }) => ({
      ...{ at: String(AT), full: '1', app: 'shop', lane: 'chat', slice: '1', cursor: 'zoë' },
      ...{ body, by: String(AT + by), hold: String(AT + hold), done: String(AT + done) },
      ...{ accepted: String(accepted), '!MUTED': String(muted) },
    })),
  plan: fc.option(
    text.filter((one) => one !== ''),
    { nil: undefined },
  ),
  states: fc.option(
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    { nil: undefined },
  ),
});

/** The hash as Redis returns it. */
function stored(packed: readonly (string | Buffer)[]): Record<string, Buffer> {
  const hash: Record<string, Buffer> = {};
  for (let i = 0; i < packed.length; i += 2) hash[String(packed[i])] = Buffer.from(packed[i + 1] as string);
  return hash;
}

test('a packed record reads as it was', () => {
  fc.assert(fc.property(record, (one) => expect(unpack(stored(pack(one)))).toEqual(one)));
});

test('no value of a packed hash is longer than a small hash may have', () => {
  fc.assert(
    fc.property(record, (one) => {
      for (const value of Object.values(stored(pack(one)))) expect(value.length).toBeLessThanOrEqual(64);
    }),
  );
});

test('a record of a later version is named as such', () => {
  expect(() => unpack({ at: Buffer.from('1'), z: Buffer.from('2') })).toThrow('has format 2, newer than this version');
});
