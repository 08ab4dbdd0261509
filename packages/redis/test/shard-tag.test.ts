import { expect, test } from '@jest/globals';
import { Command } from 'ioredis';
import { shardTag } from '../src/index.ts';
import { MAX_SHARDS } from '../src/shard-tag.ts';

const SLOTS = 16_384;
const TAGS = Array.from({ length: MAX_SHARDS }, (_, shard) => shardTag(shard));

/** How many of the first shards each node of a cluster has, whose nodes have equal ranges of slots. */
function perNode(shards: number, nodes: number): number[] {
  const counts = Array.from({ length: nodes }, () => 0);
  for (const tag of TAGS.slice(0, shards)) {
    const slot = new Command('get', [tag]).getSlot();
    const node = Math.floor(((slot + 0.5) * nodes) / SLOTS);
    counts[node] = (counts[node] ?? 0) + 1;
  }
  return counts;
}

test('each shard has a tag of its own, the first as ever', () => {
  expect(shardTag(0)).toBe('{p0}');
  expect(new Set(TAGS).size).toBe(64);
  expect(() => shardTag(64)).toThrow(RangeError);
});

test.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16])('any number of shards spreads evenly over %d nodes', (nodes) => {
  for (let shards = 1; shards <= MAX_SHARDS; shards++) {
    const counts = perNode(shards, nodes);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(nodes <= 6 ? 1 : 2);
  }
});

test('six shards on three nodes are two on each', () => {
  expect(perNode(6, 3)).toEqual([2, 2, 2]);
});
