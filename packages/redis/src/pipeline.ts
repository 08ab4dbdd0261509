import type { Redis } from 'ioredis';

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
 * keys may be in any slots. Not a pipeline of ioredis, which costs more than its commands on a connection that BullMQ
 * uses, since it copies each of BullMQ's scripts; the commands of a turn share a write anyway (see joined-writes.ts).
 */
export async function commandEach<T>(
  redis: Redis,
  items: readonly T[],
  send: (redis: Redis, item: T) => Promise<unknown>,
): Promise<unknown[]> {
  if (items.length <= BATCH) return Promise.all(items.map((item) => send(redis, item)));
  const answers: unknown[] = [];
  for (const batch of inBatches(items)) {
    for (const answer of await Promise.all(batch.map((item) => send(redis, item)))) answers.push(answer);
  }
  return answers;
}
