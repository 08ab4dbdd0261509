import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { longTurn } from '../../src/accept/turn.ts';

/** The result of a step for each item, in turns of one batch. */
const inTurns = async <T, R>(items: readonly T[], step: (item: T, i: number) => R): Promise<R[]> =>
  (await longTurn()).each(items, step);

/** Counts the turns that other work gets until `work` is done. */
async function turnsDuring<T>(work: Promise<T>): Promise<{ result: T; turns: number }> {
  let turns = 0;
  let working = true;
  const others = (async () => {
    for (; working; turns++) await setImmediate();
  })();
  const result = await work;
  working = false;
  await others;
  return { result, turns };
}

/** Keeps the thread busy for a millisecond. */
function busy(): void {
  for (const began = performance.now(); performance.now() - began < 1; );
}

describe('steps that keep the thread busy', () => {
  test('are taken in order, and other work gets its turn in between', async () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const work = inTurns(items, (item, i) => {
      busy();
      return item * 2 + i;
    });
    const { result, turns } = await turnsDuring(work);
    expect(result).toEqual(items.map((i) => 3 * i));
    expect(turns).toBeGreaterThan(5);
  });

  test('are those of one batch in each turn, however many batches there are', async () => {
    const batches = Array.from({ length: 10 }, () => inTurns([1, 2], busy));
    const { turns } = await turnsDuring(Promise.all(batches));
    expect(turns).toBeGreaterThanOrEqual(9);
  });
});
