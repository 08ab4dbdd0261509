const ELLIPSIS = '…';
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Returns `attempt`'s result for the longest beginning of a text that has one, in whole graphemes and with "…";
 * undefined when there is none. If a beginning fails, every longer one must fail too. Found by bisection over UTF-16
 * units, of which the first `limit` are considered: each takes at least a byte, and boundaries are looked up in a short
 * text.
 */
export function longestBeginning<T>(
  text: string,
  limit: number,
  attempt: (beginning: string) => T | undefined,
): T | undefined {
  const looked = text.slice(0, limit);
  const segments = segmenter.segment(looked);
  let best: T | undefined;
  let [low, high] = [0, looked.length - 1];
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const end = segments.containing(middle)?.index ?? 0;
    const built = attempt(`${looked.slice(0, end)}${ELLIPSIS}`);
    if (built === undefined) {
      high = end - 1;
    } else {
      best = built;
      low = middle + 1;
    }
  }
  return best;
}
