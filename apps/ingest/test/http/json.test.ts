import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_DEPTH } from '../../src/http/body-limits.ts';
import { complexityProblem, elementsOf, parseElements, type Span } from '../../src/http/json.ts';

const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
const runLength = fc.constantFrom(1, 2, 7);
const space = fc.stringMatching(/^[ \t\n\r]{0,3}$/);

/** Elements as `parseElements` has them, so many at once, or undefined when one or the whole is not JSON. */
function parsedInRuns(text: string, count: number): unknown {
  try {
    const bytes = Buffer.from(text);
    const elements = elementsOf(bytes, Number.POSITIVE_INFINITY);
    if (!elements) return undefined;
    const parsed: unknown[] = [];
    for (let i = 0; i < elements.length; i += count) {
      const [first, ...others] = elements.slice(i, i + count);
      parsed.push(...parseElements(bytes, [first as Span, ...others]));
    }
    return parsed;
  } catch {
    return undefined;
  }
}
function parsedAtOnce(text: string): unknown {
  try {
    const parsed = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

describe('the elements of an array', () => {
  test('are those that JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), space, space, runLength, (values, before, between, atOnce) => {
        const elements = values.map((value) => JSON.stringify(value)).join(`${between},${before}`);
        const text = `${before}[${between}${elements}]`;
        expect(parsedInRuns(text, atOnce)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('of a text that may be no JSON are found if and only if JSON.parse finds an array', () => {
    const piece = fc.constantFrom('[', ']', '{', '}', ',', ':', '"', '\\', '1', '"a"', '{"a":[1,{}]}', ' ', 'ü');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), runLength, (pieces, atOnce) => {
        for (const text of [pieces.join(''), `[${pieces.join('')}]`]) {
          expect(parsedInRuns(text, atOnce)).toEqual(parsedAtOnce(text));
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('are counted before any of them is parsed', () => {
    expect(() => elementsOf(Buffer.from('[no,json,here]'), 2)).toThrow('body: must not have more than 2 elements');
  });

  test.each(['{"a":[]}', '1', '', '"[]"'])('of %s, which is no array, are undefined', (text) => {
    expect(elementsOf(Buffer.from(text), 10)).toBeUndefined();
  });
});

describe('JSON is too complex', () => {
  test('from a depth on', () => {
    expect(complexityProblem(nested(MAX_DEPTH), 1000)).toBeUndefined();
    expect(complexityProblem(nested(MAX_DEPTH + 1), 1000)).toBe('must not be nested more than 64 deep');
  });

  test('from a number of keys, objects and arrays on, which in strings do not count', () => {
    const count = (value: unknown): number =>
      typeof value !== 'object' || value === null
        ? 0
        : 1 +
          Object.values(value).reduce(
            (sum, one) => sum + count(one),
            Array.isArray(value) ? 0 : Object.keys(value).length,
          );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = Buffer.from(JSON.stringify(value));
        expect(complexityProblem(bytes, count(value))).toBeUndefined();
        if (count(value) > 0) expect(complexityProblem(bytes, count(value) - 1)).toMatch(/^must not have more than/);
      }),
    );
  });
});
