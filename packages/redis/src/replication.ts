import type { Redis } from 'ioredis';
import { primariesOf } from './nodes.ts';

/** What a failover of Redis can rely on, in words: of a cluster, of the primary with the fewest replicas. */
export async function describeReplication(redis: Redis): Promise<string> {
  const all = await Promise.all(primariesOf(redis).map(replicasOf));
  const fewest = all.reduce((a, b) => (b && a && b.following < a.following ? b : a && b), all[0]);
  if (!fewest) return 'unknown';
  if (fewest.following === 0) return 'no replica';
  const needed = all.every((each) => each?.areNeeded) ? 'refusing writes without one' : 'asynchronous';
  return `${fewest.following} per primary, ${needed}`;
}

/** Undefined if the server does not tell. */
async function replicasOf(redis: Redis): Promise<{ following: number; areNeeded: boolean } | undefined> {
  const info = await redis.info('replication').catch(() => '');
  const following = /^connected_slaves:(\d+)/m.exec(info)?.[1];
  // The field is there while `min-replicas-to-write` is set.
  return following === undefined
    ? undefined
    : { following: Number(following), areNeeded: info.includes('\nmin_slaves_good_slaves:') };
}
