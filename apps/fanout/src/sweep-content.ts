import { MIN_CONTENT_HOURS, publicAppId } from '@fanfare/core';
import { type KeptList, readKept, shedContent, shedLetterless } from '@fanfare/ledger';
import { redisTrouble } from '@fanfare/redis';
import type { FanoutDeps } from './deps.ts';

/** Messages whose content is removed at a time, and the most per sweep. */
const BATCH = 250;
const MOST = 10_000;

/** No app keeps the content of messages for less. */
const LEAST_MS = MIN_CONTENT_HOURS * 3_600_000;

/**
 * Removes the content of messages that were done as long ago as their app has set, and of events whose last dead letter
 * was dismissed. An app whose messages cannot be read is logged and does not stop the others.
 */
export async function sweepContent(deps: FanoutDeps, shard: number): Promise<void> {
  const { queueRedis, now, log, stopping } = deps;
  let left = MOST;
  const shed = async (what: object, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      // It would fail for every app.
      if (redisTrouble(error)) throw error;
      // The message of a SyntaxError quotes what was parsed.
      const reason = error instanceof SyntaxError ? 'a record cannot be parsed' : (error as Error).message;
      log.warn({ ...what, shard, reason }, 'content.not_removed');
    }
  };
  await shed({}, async () => {
    while (left > 0 && (await shedLetterless(queueRedis, shard, BATCH)) === BATCH) left -= BATCH;
  });
  for (const list of await readKept(queueRedis, shard, ['chat'])) {
    if (left <= 0 || stopping.aborted) break;
    if (list.oldest >= now() - LEAST_MS) continue;
    await shed({ appId: publicAppId(list.appId) }, async () => {
      left -= await shedList(deps, list, left);
    });
  }
}

/** Removes the content of about as many messages of a list as may be; returns how many were looked at. */
async function shedList(deps: FanoutDeps, list: KeptList, most: number): Promise<number> {
  const { queueRedis, now, contentTimes, stopping } = deps;
  const before = now() - (await contentTimes.of(list.appId));
  let looked = 0;
  if (list.oldest >= before) return looked;
  for (let shed = BATCH; shed === BATCH && looked < most && !stopping.aborted; looked += shed) {
    shed = await shedContent(queueRedis, list, before, BATCH);
  }
  return looked;
}
