import { contentKeptMs, DEFAULT_SETTINGS } from '@fanfare/core';
import { readKept, shedContent, shedLetterless } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';

/** Messages whose content is removed at a time, and the most per sweep. */
const BATCH = 250;
const MOST = 10_000;

/**
 * Removes the content of messages that were done as long ago as their app has set, and of events whose last dead letter
 * was dismissed.
 */
export async function sweepContent(deps: FanoutDeps, shard: number): Promise<void> {
  const { queueRedis, now, stopping } = deps;
  let left = MOST;
  while (left > 0 && (await shedLetterless(queueRedis, shard, BATCH)) === BATCH) left -= BATCH;
  for (const list of await readKept(queueRedis, shard, ['chat'])) {
    const before = now() - (await keptMs(deps, list.appId));
    if (list.oldest >= before) continue;
    for (let shed = BATCH; shed === BATCH && left > 0 && !stopping.aborted; left -= BATCH) {
      shed = await shedContent(queueRedis, list, before, BATCH);
    }
  }
}

/** A deleted app has the default. */
async function keptMs({ apps }: FanoutDeps, appId: string): Promise<number> {
  const bundle = await apps.get(appId, 0);
  return contentKeptMs(bundle?.app.settings ?? DEFAULT_SETTINGS);
}
