import type { Redis } from 'ioredis';
import { primariesOf } from './nodes.ts';

/**
 * What a failover of Redis can rely on: of a cluster, of the primary with the fewest replicas. Not ok if a 202 waits
 * for more replicas than follow (REDIS_WAIT_REPLICAS).
 */
export async function describeReplication(redis: Redis, waitsFor = 0): Promise<{ ok: boolean; detail: string }> {
  const all = await Promise.all(primariesOf(redis).map(replicasOf));
  const fewest = all.reduce((a, b) => (b && a && b.following < a.following ? b : a && b), all[0]);
  if (!fewest) return { ok: true, detail: 'unknown' };
  const { following } = fewest;
  const waiting = waitsFor > 0 ? [`a 202 waits for ${waitsFor}`] : [];
  const refusing = all.every((each) => each?.areNeeded) ? ['refusing writes without one'] : [];
  const kinds = [...waiting, ...refusing];
  const counted = following === 0 ? ['no replica'] : [`${following} per primary`];
  if (kinds.length === 0 && following > 0) kinds.push('asynchronous');
  return { ok: following >= waitsFor, detail: [...counted, ...kinds].join(', ') };
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
