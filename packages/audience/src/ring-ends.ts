import { endsRingFor, followsRing, type NotifyingEvent } from '@fanfare/core';
import { claimRingEnd, type FoundRing, findRing, ringEndBy } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

/** A call state, and when (epoch ms) it is decided. */
interface State {
  appId: string;
  /** Of the event. */
  key: string;
  event: NotifyingEvent;
  now: number;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Of these notified users, for whom the call rang, returns those whose ring this event must end on the devices it rang
 * on: the ring may still be showing, and no other event has ended it (docs/rules/decision.md#voip). Claims the end, so
 * that no later event does.
 */
export async function claimRingEnds(redis: Redis, state: State, uids: readonly string[]): Promise<ReadonlySet<string>> {
  const ended = uids.filter((uid) => isEndFor(state, uid));
  const ring = ended.length > 0 ? await showingRing(redis, state) : undefined;
  return ring ? claimRingEnd(redis, ring.ref, state.key, ended) : NONE;
}

/** The result `claimRingEnds` would give for one user; claims nothing. */
export async function foreseeRingEnd(redis: Redis, state: State, uid: string): Promise<ReadonlySet<string>> {
  const ring = isEndFor(state, uid) ? await showingRing(redis, state) : undefined;
  const by = ring && (await ringEndBy(redis, ring.ref, uid));
  return ring && (by === undefined || by === state.key) ? new Set([uid]) : NONE;
}

const isEndFor = ({ event }: State, uid: string): boolean => followsRing(event) && endsRingFor(event, uid);

async function showingRing(redis: Redis, { appId, event, now }: State): Promise<FoundRing | undefined> {
  const ring = followsRing(event) ? await findRing(redis, appId, event.call.sessionId) : undefined;
  return ring && now < ring.showsUntil ? ring : undefined;
}
