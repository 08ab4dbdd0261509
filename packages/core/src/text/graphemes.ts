const ELLIPSIS = '…';
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Printable ASCII: there is always a boundary between two of these. */
const isPlain = (unit: number): boolean => unit >= 0x20 && unit <= 0x7e;

/**
 * The last grapheme boundary at or before a position in UTF-16 units. A grapheme is what readers see as one character:
 * an emoji with its skin tone, a flag, a letter with its accents. https://www.unicode.org/reports/tr29/
 */
export function graphemeBoundary(text: string, position: number): number {
  if (position >= text.length) return text.length;
  if (isPlain(text.charCodeAt(position)) && isPlain(text.charCodeAt(position - 1))) return position;
  // A boundary depends on what comes before it, and on one code point after.
  return segmenter.segment(text.slice(0, position + 2)).containing(position)?.index ?? 0;
}

/** Shortens a text to `limit` UTF-16 units in whole graphemes, "…" included. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, graphemeBoundary(text, limit - ELLIPSIS.length))}${ELLIPSIS}`;
}
