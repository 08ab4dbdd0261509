/** How long a batch is worked on before other requests get a turn, in ms. */
const TURN_MS = 2;

/** Batches that wait for a turn. */
const waiting: (() => void)[] = [];

/** Resolves in a turn of the event loop that no other batch has: the more batches there are, the slower each is. */
const nextTurn = (): Promise<void> =>
  new Promise((begin) => {
    waiting.push(begin);
    if (waiting.length === 1) setImmediate(beginNext);
  });

function beginNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(beginNext);
}

/** The work on the events of one request. */
export interface Turn {
  /** The result of a step for each item, in order. */
  each<T, R>(items: readonly T[], step: (item: T, i: number) => R): Promise<R[]>;
}

/** Work that takes hardly any time waits for nothing. */
export const shortTurn: Turn = { each: (items, step) => Promise.resolve(items.map(step)) };

/**
 * All long work of the process takes turns of a few milliseconds, one in each turn of the event loop: however many
 * batches there are, a single event waits for one of them only. What a step has made is garbage soon if the next step
 * follows in the same turn; if it waited for another, a collection would copy it.
 */
export async function longTurn(): Promise<Turn> {
  await nextTurn();
  let began = performance.now();
  return {
    async each(items, step) {
      const results = [];
      for (let i = 0; i < items.length; i += 1) {
        if (performance.now() - began >= TURN_MS) {
          await nextTurn();
          began = performance.now();
        }
        results.push(step(items[i] as (typeof items)[number], i));
      }
      return results;
    },
  };
}
