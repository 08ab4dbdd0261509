import { setImmediate } from 'node:timers/promises';

/** How long a batch is worked on before other requests get a turn, in ms. */
const TURN_MS = 5;

/** The result of a step for each item, in order. Other requests get a turn every few milliseconds. */
export async function inTurns<T, R>(items: readonly T[], step: (item: T, i: number) => R): Promise<R[]> {
  const results: R[] = [];
  let turnBegan = performance.now();
  for (let i = 0; i < items.length; i += 1) {
    results.push(step(items[i] as T, i));
    if (performance.now() - turnBegan < TURN_MS) continue;
    await setImmediate();
    turnBegan = performance.now();
  }
  return results;
}
