import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { concurrentlyInTurns, inTurns } from '../../src/accept/in-turns.ts';

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
});

describe('asynchronous steps', () => {
  test('run concurrently, and other work gets its turn before all have been started', async () => {
    let open = 0;
    let mostOpen = 0;
    const step = async (item: number) => {
      mostOpen = Math.max(mostOpen, ++open);
      await setImmediate();
      open--;
      return item + 1;
    };
    const items = Array.from({ length: 1000 }, (_, i) => i);
    const { result, turns } = await turnsDuring(concurrentlyInTurns(items, step));
    expect(result).toEqual(items.map((i) => i + 1));
    expect(mostOpen).toBeGreaterThan(1);
    expect(turns).toBeGreaterThan(10);
  });

  test('that fail before all have been started fail the whole, and nothing else', async () => {
    const step = async (item: number) => {
      if (item === 3) throw new Error('step 3');
      return item;
    };
    const items = Array.from({ length: 500 }, (_, i) => i);
    await expect(concurrentlyInTurns(items, step)).rejects.toThrow('step 3');
  });
});
