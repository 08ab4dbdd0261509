import { KEPT_KINDS, type KeptKind, type KeptList, nextTrim, readKept, trimKept } from '@fanfare/ledger';
import { readFullness, TRIM_FROM } from '@fanfare/redis';
import type { FanoutDeps } from './deps.ts';

/** Events deleted between two readings of the memory, and the most per sweep: as fast as they are packed. */
const BATCH = 250;
const MOST = 20_000;

/** Whether finished events must leave before their retention ends. */
export const isMemoryShort = async ({ memory }: Pick<FanoutDeps, 'memory'>): Promise<boolean> =>
  (await memory.state()).fullness >= TRIM_FROM;

/**
 * Deletes finished events while Redis is too full, in the order of `nextTrim`. Open events stay, and so does the claim
 * of each id, so that a repeat is still a duplicate.
 */
export async function sweepMemory(deps: FanoutDeps, shard: number): Promise<void> {
  const { queueRedis, stopping, now } = deps;
  if (!(await isMemoryShort(deps))) return;
  const counts = new Map<KeptKind, number>();
  let kept = await readKept(queueRedis, shard);
  let fullness = await readFullness(queueRedis);
  for (let left = MOST; left > 0 && fullness >= TRIM_FROM && !stopping.aborted; left -= BATCH) {
    const step = nextTrim(kept, now());
    if (!step) break;
    const { list, before } = step;
    const result = await trimKept(queueRedis, list, before, BATCH);
    counts.set(list.kind, (counts.get(list.kind) ?? 0) + result.trimmed);
    kept = kept.flatMap((one) => (one !== list ? one : (result.left ?? [])));
    fullness = await readFullness(queueRedis);
  }
  report(deps, shard, counts, kept, fullness);
}

function report(
  { log, metrics }: FanoutDeps,
  shard: number,
  counts: ReadonlyMap<KeptKind, number>,
  kept: readonly KeptList[],
  fullness: number,
): void {
  if (counts.size === 0) return;
  for (const [kind, events] of counts) metrics.trimmed.inc({ kind }, events);
  const oldest = KEPT_KINDS.map((kind) => Math.min(...kept.flatMap((list) => (list.kind === kind ? list.oldest : []))));
  const since = Object.fromEntries(
    KEPT_KINDS.flatMap((kind, i) => (Number.isFinite(oldest[i]) ? [[kind, new Date(oldest[i] as number)]] : [])),
  );
  log.info({ shard, trimmed: Object.fromEntries(counts), keptSince: since, fullness }, 'events.trimmed');
}
