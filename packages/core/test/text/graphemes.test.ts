import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { graphemeBoundary, shorten } from '../../src/index.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const graphemes = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

const FAMILY = '👨‍👩‍👧‍👦';
const FLAG = '🇯🇵';
const THUMB = '👍🏽';
const ACCENT = 'e\u0301';
const KEYCAP = '1️⃣';
const HANGUL = '\u1112\u1161\u11ab';

/** Texts of what is easily cut in two, and of anything else. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(FAMILY, FLAG, THUMB, ACCENT, KEYCAP, HANGUL, '\r\n', '\ud83c', '\udf89', 'न्त्र', '\u200d'),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

describe('a text that is too long is cut', () => {
  test.each([
    ['12345', 5, '12345'],
    ['123456', 5, '1234…'],
    [`123${THUMB}56`, 5, '123…'],
    [`12${FAMILY}56`, 10, '12…'],
    [`${FLAG}${FLAG}${FLAG}`, 8, `${FLAG}…`],
    [`caf${ACCENT}s and more`, 5, 'caf…'],
    [`${KEYCAP}${KEYCAP}`, 5, `${KEYCAP}…`],
    ['a\r\nb', 3, 'a…'],
    [FAMILY, 5, '…'],
  ])('%j to %i as %j', (text, limit, cut) => {
    expect(shorten(text, limit)).toBe(cut);
  });

  test('to as many complete graphemes as fit, for any text', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, limit) => {
        const all = graphemes(text);
        const lengths = all.map((_, i) => all.slice(0, i + 1).join('').length);
        const fitting = [0, ...lengths].filter((length) => length <= limit - 1).at(-1);
        expect(shorten(text, limit)).toBe(text.length <= limit ? text : `${text.slice(0, fitting)}…`);
      }),
      { numRuns: 2000 },
    );
  });
});

test('the grapheme boundary is found from any position', () => {
  fc.assert(
    fc.property(anyText, fc.nat(60), (text, position) => {
      const starts = [...segmenter.segment(text)].map(({ index }) => index);
      expect(graphemeBoundary(text, position)).toBe([...starts, text.length].filter((at) => at <= position).at(-1));
    }),
    { numRuns: 2000 },
  );
});
