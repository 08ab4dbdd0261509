import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodePosition, encodeEnd, encodePosition, nextPage, sizeIn } from '../../src/sources/pulled-cursor.ts';

const position = fc.record({
  pages: fc.nat(),
  size: fc.nat(),
  after: fc.stringMatching(/^[A-Za-z0-9_-]{0,100}$/),
  cursor: fc.string(),
  mark: fc.string(),
});

test('a position survives the text of a plan, for any cursor of the backend', () => {
  fc.assert(
    fc.property(position, (here) => {
      const text = encodePosition(here);
      expect(text).not.toMatch(/[\t\n]/);
      expect(decodePosition(text)).toEqual(here);
      expect(sizeIn(text)).toEqual({ size: here.size, isComplete: false });
    }),
  );
});

test('the end of the walk has the total size, and is no position to resume from', () => {
  expect(sizeIn(encodeEnd(42))).toEqual({ size: 42, isComplete: true });
  expect(decodePosition(encodeEnd(42))).toBeUndefined();
});

test('a cursor of another kind of source is no position', () => {
  expect(decodePosition('bob')).toBeUndefined();
});

test('circular pages of any length are detected within three rounds, and others never are', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 1, max: 40 }), (before, length) => {
      const cursorOf = (page: number) => String(page < before ? page : before + ((page - before) % length));
      let here = decodePosition('') as NonNullable<ReturnType<typeof decodePosition>>;
      let page = 0;
      for (;;) {
        page += 1;
        const next = nextPage(here, cursorOf(page));
        if (!next) break;
        here = next;
      }
      expect(page).toBeGreaterThan(before);
      expect(page).toBeLessThanOrEqual(3 * (before + length) + 2);
    }),
  );
  let straight = decodePosition('') as NonNullable<ReturnType<typeof decodePosition>>;
  for (let page = 1; page < 1000; page++) {
    const next = nextPage(straight, String(page));
    expect(next).toBeDefined();
    straight = next as typeof straight;
  }
});
