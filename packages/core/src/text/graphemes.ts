const ELLIPSIS = '…';
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Printable ASCII: between two of these there always is a boundary. */
const isPlain = (unit: number): boolean => unit >= 0x20 && unit <= 0x7e;

/**
 * The last boundary of a grapheme (what a reader takes for one character: an emoji with its skin tone, a flag, a letter
 * with its accents) at or before a position in UTF-16 units: https://www.unicode.org/reports/tr29/
 */
export function graphemeBoundary(text: string, position: number): number {
  if (position >= text.length) return text.length;
  if (isPlain(text.charCodeAt(position)) && isPlain(text.charCodeAt(position - 1))) return position;
  // Whether there is a boundary depends on what comes before, and on one code point after.
  return segmenter.segment(text.slice(0, position + 2)).containing(position)?.index ?? 0;
}

/** The text, or as much of its beginning, in whole graphemes, as leaves room for "…". `limit` in UTF-16 units. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, graphemeBoundary(text, limit - ELLIPSIS.length))}${ELLIPSIS}`;
}
