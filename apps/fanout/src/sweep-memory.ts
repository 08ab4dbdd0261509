import { KEPT_KINDS, type KeptKind, type KeptList, nextTrim, readKept, trimKept } from '@fanfare/ledger';
import { readFullnessAt, shardTag, TRIM_FROM } from '@fanfare/redis';
import type { FanoutDeps } from './deps.ts';

/** Events deleted between two readings of the memory, and the most per sweep and shard: as fast as they are packed. */
const BATCH = 250;
const MOST = 20_000;

/** Whether finished events must leave before their retention ends. */
export const isMemoryShort = async ({ memory }: Pick<FanoutDeps, 'memory'>): Promise<boolean> =>
  (await memory.state()).fullness >= TRIM_FROM;

/**
 * Deletes finished events while Redis is too full, in the order of `nextTrim` over all shards; on a cluster, over those
 * whose own primary is too full. Open events stay, and so does the claim of each id, so that a repeat is still a
 * duplicate. What was done less than `trimAfterMs` ago stays, even if new events are refused for it.
 */
export async function sweepMemory(deps: FanoutDeps, { trimAfterMs }: { trimAfterMs: number }): Promise<void> {
  const { queueRedis, shards, stopping, now } = deps;
  if (!(await isMemoryShort(deps))) return;
  const tags = Array.from({ length: shards }, (_, shard) => shardTag(shard));
  const counts = new Map<KeptKind, number>();
  let kept = (await Promise.all(tags.map((_, shard) => readKept(queueRedis, shard)))).flat();
  let fullness = await readFullnessAt(queueRedis, tags);
  for (let left = MOST * shards; left > 0 && !stopping.aborted; left -= BATCH) {
    const step = nextTrim(kept.filter(isOnFull(fullness)), now(), trimAfterMs);
    if (!step) break;
    const { list } = step;
    const result = await trimKept(queueRedis, step, BATCH);
    counts.set(list.kind, (counts.get(list.kind) ?? 0) + result.trimmed);
    kept = kept.flatMap((one) => (one !== list ? one : (result.left ?? [])));
    fullness = await readFullnessAt(queueRedis, tags);
  }
  report(deps, counts, kept, Math.max(...fullness));
}

const isOnFull =
  (fullness: readonly number[]) =>
  ({ shard }: KeptList): boolean =>
    (fullness[shard] as number) >= TRIM_FROM;

function report(
  { log, metrics, sweepCounts }: FanoutDeps,
  counts: ReadonlyMap<KeptKind, number>,
  kept: readonly KeptList[],
  fullness: number,
): void {
  if (counts.size === 0) return;
  for (const [kind, events] of counts) {
    metrics.trimmed.inc({ kind }, events);
    sweepCounts.trimmed += events;
  }
  const oldest = KEPT_KINDS.map((kind) => Math.min(...kept.flatMap((list) => (list.kind === kind ? list.oldest : []))));
  const since = Object.fromEntries(
    KEPT_KINDS.flatMap((kind, i) => (Number.isFinite(oldest[i]) ? [[kind, new Date(oldest[i] as number)]] : [])),
  );
  log.info({ trimmed: Object.fromEntries(counts), keptSince: since, fullness }, 'events.trimmed');
}
