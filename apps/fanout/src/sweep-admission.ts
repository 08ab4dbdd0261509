import { LANES, type Lane } from '@fanfare/core';
import { confirmAdmitted, readAdmitted, recountAdmitted, wakeWaiting } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';
import { queueAdmitted } from './queue-admitted.ts';

/** How long after its admission an event must have a job: later than any healthy hand-over takes. */
const HANDED_OVER_MS = 2000;

/**
 * Adds the jobs of admitted events that have none, because a process died between the two, and admits events that wait
 * although there is room. Calls come first. Few events are admitted at a time, whatever the number of open ones, so
 * each run looks at all of them.
 */
export async function sweepAdmission(deps: FanoutDeps, shard: number): Promise<void> {
  for (const lane of LANES) {
    if (deps.stopping.aborted) return;
    await reviveAdmitted(deps, shard, lane);
    if (await recountAdmitted(deps.queueRedis, shard, lane)) deps.log.warn({ shard, lane }, 'admission.recounted');
    await queueAdmitted(deps, shard, lane, await wakeWaiting(deps.queueRedis, shard, lane, deps.now()));
  }
}

async function reviveAdmitted(deps: FanoutDeps, shard: number, lane: Lane): Promise<void> {
  const { queueRedis, producer, metrics, log, now } = deps;
  const admitted = await readAdmitted(queueRedis, shard, lane, now() - HANDED_OVER_MS);
  const presence = await producer.presence('events', lane, shard, admitted);
  const missing = admitted.filter((_, i) => presence[i] === 'missing');
  const lost = await confirmAdmitted(queueRedis, shard, lane, missing, now());
  if (lost.length === 0) return;
  await queueAdmitted(
    deps,
    shard,
    lane,
    lost.map((key) => ({ key })),
  );
  metrics.swept.inc({ what: 'event' }, lost.length);
  deps.sweepCounts.restored += lost.length;
  log.warn({ eventKeys: lost.slice(0, 10), events: lost.length }, 'events.swept');
}
