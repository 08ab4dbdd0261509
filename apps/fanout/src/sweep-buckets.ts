import { dayOf, dropBucketDay, type KeptList, oldestOpen, readBucketDays, readKept, spentDays } from '@fanfare/ledger';
import { readFullness, TRIM_FROM } from '@fanfare/redis';
import type { FanoutDeps } from './deps.ts';
import { isMemoryShort } from './sweep-memory.ts';

/** Days of one app that are deleted per sweep, of at least 16,384 keys each. */
const MOST = 10;

const DAY_MS = 24 * 3_600_000;

/**
 * Deletes ids and references while Redis is too full: an app's oldest days, once it has no open event and no finished
 * message from them. Runs before events are trimmed for the same reason, since these are of more use.
 */
export async function sweepBuckets(deps: FanoutDeps): Promise<void> {
  const { queueRedis, shards, stopping, log, now } = deps;
  if (!(await isMemoryShort(deps))) return;
  const days = await readBucketDays(queueRedis, shards, now());
  const kept: KeptList[] = [];
  for (let shard = 0; shard < shards; shard++) kept.push(...(await readKept(queueRedis, shard)));
  const open = new Map<string, number>();
  const dropped: string[] = [];
  for (const one of spentDays(days, kept, now())) {
    if (dropped.length === MOST || stopping.aborted || (await readFullness(queueRedis)) < TRIM_FROM) break;
    const { appId, day } = one;
    if (!open.has(appId)) open.set(appId, await oldestOpen(queueRedis, appId, shards));
    if (dayOf(open.get(appId) as number) <= day) continue;
    await dropBucketDay(queueRedis, one, shards);
    dropped.push(`${appId} ${new Date(day * DAY_MS).toISOString().slice(0, 10)}`);
  }
  if (dropped.length > 0) log.info({ days: dropped }, 'references.trimmed');
}
