import { type EventRef, isOpen, ringShowsUntil } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { readEvent } from '../event/progress.ts';
import { keys } from '../keys.ts';
import { isFullyPlanned } from '../plan/plan.ts';
import { findCall } from './calls.ts';
import { findReached, NOT_SENT, type Reached, readReached } from './original-event.ts';

/** The latest ring of a session. */
export interface FoundRing {
  ref: EventRef;
  /** Until when it may be showing on a device, epoch ms. */
  showsUntil: number;
}

/** The latest ring of a session; undefined when there was none within a day, or its event has expired. */
export async function findRing(redis: Redis, appId: string, sessionId: string): Promise<FoundRing | undefined> {
  const call = await findCall(redis, appId, sessionId);
  const accepted = call && (await readEvent(redis, call.ref));
  return accepted && { ref: call.ref, showsUntil: ringShowsUntil(accepted.leaveBy) };
}

/**
 * The devices on which a ring has rung, or may have; none for a user notified by webhook alone. Undefined: it has not
 * rung.
 */
export function rungOn(targets: Reached['targets']): ReadonlySet<string> | undefined {
  const rung = targets.filter(({ state, mayHaveLeft }) => state === 'accepted' || isOpen(state) || mayHaveLeft);
  return rung.length === 0 ? undefined : new Set(rung.flatMap(({ target }) => target.deviceId ?? []));
}

/** The devices on which the latest ring of a session has rung for a user; undefined as in `rungOn`. */
export async function rungFor(
  redis: Redis,
  appId: string,
  sessionId: string,
  uid: string,
): Promise<ReadonlySet<string> | undefined> {
  const call = await findCall(redis, appId, sessionId);
  const reached = call && (await findReached(redis, call.ref, uid, NOT_SENT));
  return reached && rungOn(reached.targets);
}

/** Whether a ring is still being sent to a user: it may or may not have rung. */
export const isUndecided = (reached: readonly Reached[]): boolean =>
  reached.some(({ targets }) => targets.some(({ state }) => isOpen(state)));

/** The users for whom a ring has rung, and on which devices. */
export interface Rung {
  devices: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether it is still being sent to some of its recipients. */
  isUndecided: boolean;
}

/** The users for whom the latest ring of a session has rung; none if no ring is known. Reads its entire plan. */
export async function readRung(redis: Redis, appId: string, sessionId: string): Promise<Rung> {
  const call = await findCall(redis, appId, sessionId);
  const devices = new Map<string, ReadonlySet<string>>();
  if (!call) return { devices, isUndecided: false };
  // Read first: a slice that is planned in between is then found.
  let undecided = (await isFullyPlanned(redis, call.ref)) === false;
  for (let number = 0, last = false; !last; number++) {
    const slice = await readReached(redis, call.ref, number, NOT_SENT);
    for (const { uid, targets } of slice?.reached ?? []) {
      const rung = rungOn(targets);
      if (rung) devices.set(uid, rung);
    }
    undecided ||= isUndecided(slice?.reached ?? []);
    last = slice?.last ?? true;
  }
  return { devices, isUndecided: undecided };
}

/** The first event to claim the end of a ring for a user keeps the claim, however often it asks. */
const CLAIM = script<number[]>(`
-- KEYS ring, ends
-- ARGV event key, uid …
-- returns for each uid 1 when the end is this event's, else 0; none when the ring is gone
local expires = redis.call('PEXPIRETIME', KEYS[1])
if expires < 0 then return {} end
local mine = {}
for i = 2, #ARGV do
  redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[1])
  mine[i - 1] = redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[1] and 1 or 0
end
redis.call('PEXPIREAT', KEYS[2], expires)
return mine
`);

/**
 * Claims the end of a ring for users. Returns the uids whose claim belongs to the event with this key. Each end is
 * claimed once, so that a device gets one.
 */
export async function claimRingEnd(
  redis: Redis,
  { shard, key }: EventRef,
  eventKey: string,
  uids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (uids.length === 0) return new Set();
  const mine = await CLAIM(redis, [keys.event(shard, key), keys.ringEnds(shard, key)], [eventKey, ...uids]);
  return new Set(uids.filter((_, i) => mine[i] === 1));
}

/** The key of the event that has claimed the end of a ring for a user; undefined when there is none. */
export const ringEndBy = async (redis: Redis, { shard, key }: EventRef, uid: string): Promise<string | undefined> =>
  (await redis.hget(keys.ringEnds(shard, key), uid)) ?? undefined;
