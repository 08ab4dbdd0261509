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

/**
 * The result of a step for each item, in order. All batches of the process take turns of a few milliseconds, one in
 * each turn of the event loop: however many there are, a single event waits for one of them only. Up to `few` items do
 * not wait before they begin.
 */
export async function inTurns<T, R>(
  items: readonly T[],
  step: (item: T, i: number) => R,
  few: number = 1,
): Promise<R[]> {
  const results: R[] = [];
  if (items.length > few) await nextTurn();
  let turnBegan = performance.now();
  for (let i = 0; i < items.length; i += 1) {
    results.push(step(items[i] as T, i));
    if (performance.now() - turnBegan < TURN_MS) continue;
    await nextTurn();
    turnBegan = performance.now();
  }
  return results;
}
