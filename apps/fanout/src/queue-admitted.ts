import type { Lane } from '@fanfare/core';
import type { AdmittedEvent } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';

/** Adds the jobs of events that have just been admitted. A failure is only logged: the sweeper adds what is missing. */
export async function queueAdmitted(
  { producer, log }: Pick<FanoutDeps, 'producer' | 'log'>,
  shard: number,
  lane: Lane,
  events: readonly AdmittedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await producer
    .addEvents(shard, lane, events)
    .catch((error: Error) => log.warn({ reason: error.message, events: events.length }, 'events.left_to_sweeper'));
}
