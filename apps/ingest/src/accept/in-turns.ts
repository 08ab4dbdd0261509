import { setImmediate } from 'node:timers/promises';

/** How long a batch is worked on before other requests get a turn, in ms. */
const TURN_MS = 5;

/** How many steps that take time are started before other requests get a turn. */
const STARTED_PER_TURN = 50;

/** The result of a step for each item, in order. Other requests get a turn every few milliseconds. */
export async function inTurns<T, R>(items: readonly T[], step: (item: T, i: number) => R): Promise<R[]> {
  const results: R[] = [];
  let turnBegan = performance.now();
  for (const [i, item] of items.entries()) {
    results.push(step(item, i));
    if (performance.now() - turnBegan < TURN_MS) continue;
    await setImmediate();
    turnBegan = performance.now();
  }
  return results;
}

/**
 * The same for asynchronous steps, which run concurrently. Their work after a first `await` is done when the loop
 * pauses, so it pauses by number instead of by time.
 * @throws the error of the first step that fails.
 */
export async function concurrentlyInTurns<T, R>(items: readonly T[], step: (item: T) => Promise<R>): Promise<R[]> {
  const running: Promise<R>[] = [];
  for (const item of items) {
    const result = step(item);
    // It may fail before all have been started; the error is thrown below.
    result.catch(() => undefined);
    running.push(result);
    if (running.length % STARTED_PER_TURN === 0) await setImmediate();
  }
  return Promise.all(running);
}
