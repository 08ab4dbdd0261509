/**
 * The tags of the shards. Each has its slot where the ones before it left the largest gap, so that any number of shards
 * spreads evenly over the nodes of a cluster: with equal ranges of slots, no node has more than one shard more than
 * another, and from seven nodes on two. (`p0`, `p1`, … would put one, one and four of six shards on three nodes.) The
 * table must never change: what is stored under a tag would be lost.
 */
// biome-ignore format: a table
const TAGS = [
  'p0', 'p239', 'p679', 'p3729', 'p459', 'p1984', 'p1544', 'p899', 'p549', 'p3639', 'p1454', 'p492', 'p1362', 'p184',
  'p1502', 'p1099', 'p387', 'p1521', 'p1657', 'p4928', 'p3381', 'p6168', 'p1477', 'p1357', 'p101', 'p1611', 'p1251',
  'p1747', 'p6078', 'p3291', 'p1567', 'p4638', 'p1701', 'p1201', 'p1811', 'p2285', 'p2196', 'p699', 'p1857', 'p367',
  'p4855', 'p344', 'p557', 'p1169', 'p2586', 'p1874', 'p1259', 'p321', 'p1349', 'p879', 'p1587', 'p212', 'p1079',
  'p2395', 'p1803', 'p2086', 'p4728', 'p302', 'p231', 'p147', 'p254', 'p848', 'p277', 'p122',
];

/** The most shards there can be. */
export const MAX_SHARDS = TAGS.length;

/**
 * The hash tag of a shard. All keys of an event and the shard's BullMQ queues have it, so one script may touch them
 * together on Redis Cluster.
 */
export function shardTag(shard: number): string {
  const tag = TAGS[shard];
  if (tag === undefined) throw new RangeError(`there is no shard ${shard}`);
  return `{${tag}}`;
}
