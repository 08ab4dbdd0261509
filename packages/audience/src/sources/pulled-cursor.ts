/** How far a group has been walked whose members the chat backend tells. */
export interface WalkPosition {
  /** Pages left behind. */
  pages: number;
  /** Members handed on so far. */
  size: number;
  /** The last of them on the page at hand, in the order of uids; empty at its beginning. */
  after: string;
  /** The backend's cursor of the page at hand; empty for the first. */
  cursor: string;
  /** The cursor of an earlier page: who comes back to it walks in a circle. */
  mark: string;
}

/** Before the first page. */
const START: WalkPosition = { pages: 0, size: 0, after: '', cursor: '', mark: '' };

const END = 'end';

/** The position as the cursor of a plan, whose text has tabs and line feeds of its own; it begins with a number. */
export const encodePosition = ({ pages, size, after, cursor, mark }: WalkPosition): string =>
  [pages, size, after, encodeURIComponent(cursor), encodeURIComponent(mark)].join(':');

/** The position in a cursor; undefined when it is of another kind of source, or of the end. */
export function decodePosition(text: string): WalkPosition | undefined {
  if (text === '') return START;
  const [pages, size, after, cursor, mark, ...more] = text.split(':');
  if (after === undefined || cursor === undefined || mark === undefined || more.length > 0) return undefined;
  return {
    pages: Number(pages),
    size: Number(size),
    after,
    cursor: decodeURIComponent(cursor),
    mark: decodeURIComponent(mark),
  };
}

/** The cursor when the whole group has been walked. */
export const encodeEnd = (size: number): string => `${END}:${size}`;

/** How many members have been handed on, and whether they are all. */
export function sizeIn(text: string): { size: number; whole: boolean } {
  const [head, size] = text.split(':');
  return head === END ? { size: Number(size), whole: true } : { size: decodePosition(text)?.size ?? 0, whole: false };
}

/**
 * The position at the beginning of the next page; undefined when that page has been before: the walk would never end. The
 * mark moves to every page whose number is a power of two, so a circle of any length is found within three rounds of it
 * (Brent's method, https://maths-people.anu.edu.au/~brent/pub/pub051.html) with no memory of the pages there were.
 */
export function nextPage({ pages, size, cursor, mark }: WalkPosition, next: string): WalkPosition | undefined {
  const isPowerOfTwo = (pages & (pages - 1)) === 0;
  const marked = isPowerOfTwo ? cursor : mark;
  if (next === cursor || next === marked) return undefined;
  return { pages: pages + 1, size, after: '', cursor: next, mark: marked };
}
