/** The position in a walk of a group whose members the chat backend lists. */
export interface WalkPosition {
  /** Completed pages. */
  pages: number;
  /** Members returned so far. */
  size: number;
  /** The last of them on the current page, in the order of uids; empty at its start. */
  after: string;
  /** The backend's cursor of the current page; empty for the first. */
  cursor: string;
  /** The cursor of an earlier page: a walk that returns to it is going in circles. */
  mark: string;
}

/** Before the first page. */
const START: WalkPosition = { pages: 0, size: 0, after: '', cursor: '', mark: '' };

const END = 'end';

/**
 * Encodes the position as the cursor of a plan, whose text has tabs and line feeds of its own; it starts with a number.
 */
export const encodePosition = ({ pages, size, after, cursor, mark }: WalkPosition): string =>
  [pages, size, after, encodeURIComponent(cursor), encodeURIComponent(mark)].join(':');

/** Decodes the position in a cursor; undefined when it is of another kind of source, or the end. */
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

/** The cursor when the entire group has been walked. */
export const encodeEnd = (size: number): string => `${END}:${size}`;

/** How many members have been returned, and whether they are all. */
export function sizeIn(text: string): { size: number; isComplete: boolean } {
  const [head, size] = text.split(':');
  return head === END
    ? { size: Number(size), isComplete: true }
    : { size: decodePosition(text)?.size ?? 0, isComplete: false };
}

/**
 * The position at the start of the next page; undefined when that page has been visited before: the walk would never
 * end. The mark moves to every page whose number is a power of two, so that a circle of any length is found within
 * three rounds (Brent's method, https://maths-people.anu.edu.au/~brent/pub/pub051.html) without storing the visited
 * pages.
 */
export function nextPage({ pages, size, cursor, mark }: WalkPosition, next: string): WalkPosition | undefined {
  const isPowerOfTwo = (pages & (pages - 1)) === 0;
  const marked = isPowerOfTwo ? cursor : mark;
  if (next === cursor || next === marked) return undefined;
  return { pages: pages + 1, size, after: '', cursor: next, mark: marked };
}
