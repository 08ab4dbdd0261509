import { sizeIn } from '@fanfare/audience';
import { changeLane, readCursor } from '@fanfare/ledger';
import { recordGroupSize } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';
import type { EventInHand } from './plan.ts';

/**
 * How large a group is whose members the chat backend tells is known only once it has been walked: an event for it
 * starts by the last known size, or as chat, and moves to the bulk lane when it turns out to be for many. True when it
 * has moved: another job goes on with it. A crash before that job is added is mended by the sweeper.
 */
export async function moveToBulk(deps: FanoutDeps, inHand: EventInHand): Promise<boolean> {
  const { shard, accepted, source } = inHand;
  const { key, lane } = accepted;
  if (!source.isPulled || lane !== 'chat') return false;
  const walked = await walkedSoFar(deps, inHand);
  if (walked.size <= deps.bulkAudience) return false;
  if (!(await changeLane(deps.queueRedis, { shard, key }, 'chat', 'bulk'))) return false;
  await deps.producer.addEvents(shard, 'bulk', [key]);
  return true;
}

/** Notes how large a pulled group was, for the next event; not when it was not walked to its end. */
export async function recordSize(deps: FanoutDeps, inHand: EventInHand): Promise<void> {
  const { accepted, source } = inHand;
  if (!source.isPulled || source.group === undefined) return;
  const walked = await walkedSoFar(deps, inHand);
  if (walked.isComplete) await recordGroupSize(deps.registry, accepted.appId, source.group, walked.size);
}

async function walkedSoFar({ queueRedis }: FanoutDeps, { shard, accepted }: EventInHand) {
  const cursor = await readCursor(queueRedis, { shard, key: accepted.key });
  return sizeIn(cursor?.cursor ?? '');
}
