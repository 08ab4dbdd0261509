/** JSON with holes for the values that differ between recipients. */
export interface Template<Hole extends string> {
  /** The JSON between the holes, in UTF-8: one more than there are holes. */
  pieces: readonly Buffer[];
  /** In the order of the JSON. */
  holes: readonly Hole[];
  /** Bytes of the pieces. */
  size: number;
}

/** The text that stands for each value in the JSON from which a template is made. */
export type Marks<Hole extends string> = Readonly<Record<Hole, string>>;

/**
 * Cuts JSON at its marks. Marks are random, so that no user can write one; if a text contains one all the same, the
 * holes are more than expected, and the caller must not use the template.
 */
export function template<Hole extends string>(json: string, marks: Marks<Hole>): Template<Hole> {
  const names = new Map(Object.entries<string>(marks).map(([hole, mark]) => [mark, hole as Hole]));
  const parts = json.split(new RegExp(`(${[...names.keys()].join('|')})`));
  const pieces = parts.filter((_, index) => index % 2 === 0).map((piece) => Buffer.from(piece));
  const holes = parts.filter((_, index) => index % 2 === 1).map((mark) => names.get(mark) as Hole);
  return { pieces, holes, size: pieces.reduce((sum, { length }) => sum + length, 0) };
}

/** The JSON with these values, as they are written in it. The result may be shared: it must not be changed. */
export function fill<Hole extends string>(
  { pieces, holes, size }: Template<Hole>,
  values: Readonly<Record<Hole, string>>,
): Buffer {
  const [first = EMPTY] = pieces;
  if (holes.length === 0) return first;
  let length = size;
  for (const hole of holes) length += Buffer.byteLength(values[hole]);
  const filled = Buffer.allocUnsafe(length);
  let end = first.copy(filled);
  for (const [index, hole] of holes.entries()) {
    end += filled.write(values[hole], end);
    end += (pieces[index + 1] as Buffer).copy(filled, end);
  }
  return filled;
}

const EMPTY = Buffer.alloc(0);
