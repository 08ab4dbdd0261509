import { sizeIn } from '@fanfare/audience';
import { changeLane, readCursor } from '@fanfare/ledger';
import { recordGroupSize } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';
import type { EventInHand } from './plan.ts';
import { queueAdmitted } from './queue-admitted.ts';

/**
 * Moves an event to the bulk lane if its group turns out to be large. The size of a group listed by the chat backend is
 * known only after reading all pages, so the event starts with the last known size, or as chat. Returns true if it
 * moved: another job continues it, which the sweeper adds after a crash.
 */
export async function moveToBulk(deps: FanoutDeps, inHand: EventInHand): Promise<boolean> {
  const { shard, accepted, source } = inHand;
  const { key, lane } = accepted;
  if (!source.isPulled || lane !== 'chat') return false;
  const walked = await walkedSoFar(deps, inHand);
  if (walked.size <= deps.bulkAudience) return false;
  const change = await changeLane(deps.queueRedis, { shard, key }, 'chat', 'bulk', deps.now());
  if (!change) return false;
  await queueAdmitted(deps, shard, 'bulk', change.moved);
  await queueAdmitted(deps, shard, 'chat', change.admitted);
  return true;
}

/** Records the size of a group listed by the chat backend for the next event, if all pages were read. */
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
