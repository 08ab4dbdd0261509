import type { ChainableCommander, Redis } from 'ioredis';

/** Commands of one round trip: a buffer of commands and one of answers for all of a large group would be too much. */
const BATCH = 1000;

/** The answers of a pipeline or transaction, which reports errors among them instead of throwing. */
export function answersOf(answers: [Error | null, unknown][] | null): unknown[] {
  return (answers ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

/** A list in parts of at most a thousand; none of an empty list. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += BATCH) yield items.slice(i, i + BATCH);
}

/** Sends one command for each item, a thousand to a round trip. @returns the answers, in the order of the items. */
export async function commandEach<T>(
  redis: Redis,
  items: readonly T[],
  add: (pipeline: ChainableCommander, item: T) => unknown,
): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const batch of inBatches(items)) {
    const pipeline = redis.pipeline();
    for (const item of batch) add(pipeline, item);
    for (const answer of answersOf(await pipeline.exec())) answers.push(answer);
  }
  return answers;
}
