import { graphemeBoundary } from '@fanfare/core';

/** Code points kept of text from outside. */
const MAX_LENGTH = 200;
/** UTF-16 units examined: a code point takes at most two, and white space is collapsed. */
const MAX_EXAMINED = 1000;

/** Controls, invisible formatting (bidi overrides), lone surrogates and line breaks of every kind. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu;

/**
 * The beginning of a text from outside as one printable line of at most 200 code points, in whole graphemes; undefined
 * when it is empty.
 */
export function plainWords(text: string): string | undefined {
  const line = text.slice(0, MAX_EXAMINED).replace(UNPRINTABLE, ' ').trim();
  if (line === '') return undefined;
  const end = [...line].slice(0, MAX_LENGTH).join('').length;
  return line.slice(0, graphemeBoundary(line, end));
}
