import type { AcceptedEvent, EventRef } from '@fanfare/core';
import { commandEach } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { fieldsIn } from '../finished/packed.ts';
import { keys } from '../keys.ts';
import { type Progress, progressOf } from './progress.ts';
import { decodeAccepted } from './record.ts';

/** An event as it was accepted, and how far it is. */
export interface EventSummary {
  accepted: AcceptedEvent;
  progress: Progress;
}

/**
 * The summaries of some events in one round trip, in their order; undefined for those that have expired, and for those
 * that cannot be decoded, with which `onUnreadable` is called: one record fails no page of others.
 */
export async function readSummaries(
  redis: Redis,
  refs: readonly EventRef[],
  onUnreadable: (ref: EventRef, error: Error) => void,
): Promise<(EventSummary | undefined)[]> {
  const hashes = await commandEach(redis, refs, (commands, { shard, key }) =>
    commands.hgetallBuffer(keys.event(shard, key)),
  );
  return refs.map((ref, i) => {
    try {
      return summaryOf(ref, hashes[i] as Record<string, Buffer>);
    } catch (error) {
      onUnreadable(ref, error as Error);
      return undefined;
    }
  });
}

function summaryOf({ key }: EventRef, hash: Record<string, Buffer>): EventSummary | undefined {
  const fields = fieldsIn(hash);
  const accepted = fields && decodeAccepted(key, fields);
  return accepted && { accepted, progress: progressOf(fields) };
}
