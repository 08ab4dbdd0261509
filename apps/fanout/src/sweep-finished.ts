import { packFinished } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';
import { isMemoryShort } from './sweep-memory.ts';

/** Finished events packed at a time, and the most per sweep: thousands per second, without holding up the rest. */
const BATCH = 250;
const MOST = 10_000;

/** How long events are left unpacked while memory is short. */
const SHORT_REST_MS = 1000;

/** Packs what has finished, so that its memory is free for what comes, and lists it for the archive if there is one. */
export async function sweepFinished(deps: FanoutDeps, shard: number): Promise<void> {
  const { queueRedis, now, stopping, archive } = deps;
  const options = { archive, ...((await isMemoryShort(deps)) ? { restMs: SHORT_REST_MS } : {}) };
  for (let packed = 0; packed < MOST && !stopping.aborted; packed += BATCH) {
    if ((await packFinished(queueRedis, shard, now(), BATCH, options)) < BATCH) return;
  }
}
