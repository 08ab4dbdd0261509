import { type EventRef, isOpen } from '@fanfare/core';
import { findPlanned } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

/** The devices on which an event has reached a person, or may still; undefined when it has not reached them at all. */
export async function reachedDevices(
  queueRedis: Redis,
  original: EventRef,
  uid: string,
): Promise<ReadonlySet<string> | undefined> {
  const planned = await findPlanned(queueRedis, original, uid);
  const reached = (planned?.deliveries ?? []).filter(({ state }) => state === 'accepted' || isOpen(state));
  if (reached.length === 0) return undefined;
  return new Set(reached.flatMap(({ target }) => target.deviceId ?? []));
}
