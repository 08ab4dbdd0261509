import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyByTime, pageFrom } from '../../src/http/pages.ts';

const keyOf = (item: string) => item;

const anyList = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }));

/** All pages of a list, which `change` may change between two. */
function walk(list: readonly string[], limit: number, change = (now: readonly string[]) => now): string[] {
  const seen: string[] = [];
  let now = list;
  let cursor: string | undefined;
  do {
    const page = pageFrom(now, keyOf, { limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    seen.push(...page.items);
    // Else a cursor that does not move on would be followed forever.
    expect(new Set(seen).size).toBe(seen.length);
    cursor = page.meta.cursor;
    now = change(now);
  } while (cursor !== undefined);
  return seen;
}

test('walking all pages gives each entry once, in order', () => {
  fc.assert(
    fc.property(anyList, fc.integer({ min: 1, max: 5 }), (list, limit) => {
      expect(walk(list, limit)).toEqual([...list].sort((a, b) => (a < b ? -1 : 1)));
    }),
  );
});

test('an entry that stays is on exactly one page, whatever comes and goes between two', () => {
  fc.assert(
    fc.property(anyList, anyList, fc.integer({ min: 1, max: 5 }), (staying, passing, limit) => {
      const others = passing.filter((entry) => !staying.includes(entry));
      let there = true;
      const seen = walk([...staying, ...others], limit, () => {
        there = !there;
        return there ? [...staying, ...others] : staying;
      });
      const times = staying.map((entry) => seen.filter((other) => other === entry).length);
      expect(times).toEqual(staying.map(() => 1));
    }),
  );
});

test('the last page has no cursor, also when it is full', () => {
  expect(pageFrom(['a', 'b'], keyOf, { limit: 2 })).toEqual({ items: ['a', 'b'], meta: {} });
  expect(pageFrom(['a', 'b', 'c'], keyOf, { limit: 2 })).toEqual({ items: ['a', 'b'], meta: { cursor: 'b' } });
});

test('keys by time sort by time, whatever the ids', () => {
  const anyMoment = fc.integer({ min: 0, max: Date.UTC(30_000, 0, 1) });
  fc.assert(
    fc.property(anyMoment, anyMoment, fc.string(), fc.string(), (a, b, idOfA, idOfB) => {
      fc.pre(a !== b);
      expect(keyByTime(a, idOfA) < keyByTime(b, idOfB)).toBe(a < b);
    }),
  );
});
