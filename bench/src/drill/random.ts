/** Numbers in [0, 1). */
export type Random = () => number;

/** The same numbers for the same seed. Source: mulberry32, https://github.com/cprosche/mulberry32 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to `below` - 1. */
export const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** One of them. @throws RangeError if there are none. */
export function pick<T>(random: Random, all: readonly T[]): T {
  if (all.length === 0) throw new RangeError('there is nothing to pick from');
  return all[below(random, all.length)] as T;
}

/** The same elements in random order (Fisher-Yates). */
export function shuffled<T>(random: Random, all: readonly T[]): T[] {
  const result = [...all];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = below(random, last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
