/** Groups by shard: one shard must not wait for another, whose Redis server may not answer. */
export function byShard<T>(all: readonly T[], shardOf: (one: T) => number): T[][] {
  const groups = new Map<number, T[]>();
  for (const one of all) {
    const group = groups.get(shardOf(one));
    if (group) group.push(one);
    else groups.set(shardOf(one), [one]);
  }
  return [...groups.values()];
}
