import type { ChainableCommander, Redis } from 'ioredis';

/** The number of commands per round trip; one buffer for all members of a large group would be too large. */
const BATCH = 1000;

/** The answers of a pipeline or transaction. Throws the first error, which the pipeline returns among its answers. */
export function answersOf(answers: [Error | null, unknown][] | null): unknown[] {
  return (answers ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

/** Splits a list into parts of at most a thousand; an empty list has none. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += BATCH) yield items.slice(i, i + BATCH);
}

/**
 * Sends one command per item, a thousand per round trip; answers are in the order of the items. On Redis Cluster the
 * keys may be in any slots (see span-nodes.ts).
 */
export async function commandEach<T>(
  redis: Redis,
  items: readonly T[],
  add: (commands: ChainableCommander, item: T) => unknown,
): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const batch of inBatches(items)) {
    const pipeline = redis.pipeline();
    for (const item of batch) add(pipeline, item);
    for (const answer of answersOf(await pipeline.exec())) answers.push(answer);
  }
  return answers;
}
