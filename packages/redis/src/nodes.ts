import { Cluster, Command, type Redis } from 'ioredis';

/** A client of each primary: of a single server, the client itself. */
export const primariesOf = (redis: Redis | Cluster): Redis[] =>
  redis instanceof Cluster ? redis.nodes('master') : [redis];

/** The slot of a key on a cluster. */
const slotOf = (key: string): number => new Command('get', [key]).getSlot();

/** A client of the primary that has a key; undefined while the cluster does not tell. */
export function primaryOf(redis: Redis | Cluster, key: string): Redis | undefined {
  if (!(redis instanceof Cluster)) return redis;
  const node = redis.slots[slotOf(key)]?.[0];
  return primariesOf(redis).find(({ options: { host, port } }) => `${host}:${port}` === node);
}

/** A key with this prefix on each primary; one while a cluster has none, so that a command with it fails. */
export function keyPerPrimary(redis: Redis | Cluster, prefix: string): string[] {
  if (!(redis instanceof Cluster)) return [prefix];
  const found = new Map<string | undefined, string>();
  const primaries = Math.max(1, primariesOf(redis).length);
  for (let i = 0; found.size < primaries && i < MAX_TRIED; i++) {
    const key = `${prefix}:{${i}}`;
    const node = redis.slots[slotOf(key)]?.[0];
    if (!found.has(node)) found.set(node, key);
  }
  return [...found.values()];
}

/** Far more than it takes to find a key for each of a hundred nodes. */
const MAX_TRIED = 2000;
