import { packFinished } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';

/** Finished events packed at a time, and the most per sweep: thousands per second, without holding up the rest. */
const BATCH = 250;
const MOST = 10_000;

/** Packs what has finished, so that its memory is free for what comes. */
export async function sweepFinished({ queueRedis, now, stopping }: FanoutDeps, shard: number): Promise<void> {
  for (let packed = 0; packed < MOST && !stopping.aborted; packed += BATCH) {
    if ((await packFinished(queueRedis, shard, now(), BATCH)) < BATCH) return;
  }
}
