import type { Redis } from 'ioredis';
import { keys, loadField } from '../keys.ts';
import { type Gate, parseGateId } from './gate-id.ts';

/** How many deliveries are held for a gate. */
export interface HeldCount extends Gate {
  count: number;
}

/** What is held, by gate, over all shards; most first. */
export async function readHeld(redis: Redis, shards: number): Promise<HeldCount[]> {
  const totals = new Map<string, number>();
  const perShard = await Promise.all(Array.from({ length: shards }, (_, shard) => redis.hgetall(keys.held(shard))));
  for (const counts of perShard) {
    for (const [id, count] of Object.entries(counts)) totals.set(id, (totals.get(id) ?? 0) + Number(count));
  }
  return [...totals].map(([id, count]) => ({ ...parseGateId(id), count })).sort((a, b) => b.count - a.count);
}

/** The same by app and provider, under `loadField`. */
export function heldByProvider(held: readonly HeldCount[]): Map<string, number> {
  const byProvider = new Map<string, number>();
  for (const { appId, provider, count } of held) {
    const field = loadField(appId, provider);
    byProvider.set(field, (byProvider.get(field) ?? 0) + count);
  }
  return byProvider;
}
