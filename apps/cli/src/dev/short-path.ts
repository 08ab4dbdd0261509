import { relative } from 'node:path';

/** A path as one would write it here: relative where it lies below the current folder. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}
