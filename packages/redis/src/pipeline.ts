import type { ChainableCommander, Cluster, Redis } from 'ioredis';

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
 * keys may be in any slots: the commands of a batch go to each node in a separate pipeline.
 */
export async function commandEach<T>(
  redis: Redis | Cluster,
  items: readonly T[],
  add: (commands: ChainableCommander, item: T) => unknown,
): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const batch of inBatches(items)) {
    for (const answer of await (redis.isCluster ? perNode(redis, batch, add) : pipelined(redis, batch, add))) {
      answers.push(answer);
    }
  }
  return answers;
}

async function pipelined<T>(
  redis: Redis | Cluster,
  batch: readonly T[],
  add: (commands: ChainableCommander, item: T) => unknown,
): Promise<unknown[]> {
  const pipeline = redis.pipeline();
  for (const item of batch) add(pipeline, item);
  return answersOf(await pipeline.exec());
}

/** An ioredis pipeline may not span nodes; its auto-pipelining sorts single commands by node. */
async function perNode<T>(
  cluster: Redis | Cluster,
  batch: readonly T[],
  add: (commands: ChainableCommander, item: T) => unknown,
): Promise<unknown[]> {
  cluster.options.enableAutoPipelining = true;
  return Promise.all(batch.map((item) => add(cluster as unknown as ChainableCommander, item)));
}
