import { CONTENT_KEPT_MS } from '@fanfare/core';
import { readKept, shedContent, shedLetterless } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';

/** Messages whose content is removed at a time, and the most per sweep. */
const BATCH = 250;
const MOST = 10_000;

/** Removes the content of messages that were done a day ago, and of events whose last dead letter was dismissed. */
export async function sweepContent({ queueRedis, now, stopping }: FanoutDeps, shard: number): Promise<void> {
  let left = MOST;
  while (left > 0 && (await shedLetterless(queueRedis, shard, BATCH)) === BATCH) left -= BATCH;
  for (const list of await readKept(queueRedis, shard, ['chat'])) {
    if (list.oldest >= now() - CONTENT_KEPT_MS) continue;
    for (let shed = BATCH; shed === BATCH && left > 0 && !stopping.aborted; left -= BATCH) {
      shed = await shedContent(queueRedis, list, now(), BATCH);
    }
  }
}
