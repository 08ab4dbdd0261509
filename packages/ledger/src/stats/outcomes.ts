import type { Platform, ProviderKind, SettledState } from '@fanfare/core';
import { answersOf } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/** The result of one attempt, as the live tail shows it. Contains no message text. */
export interface RecentOutcome {
  /** Epoch ms. */
  at: number;
  eventId: string;
  type: string;
  uid: string;
  provider: ProviderKind;
  platform?: Platform | undefined;
  /** The classified answer of the provider, or why nothing was sent. */
  outcome: string;
  reason?: string | undefined;
  /** The final state of the delivery; absent if it will be retried. */
  settled?: SettledState | undefined;
  /** From 1. */
  attempt: number;
  durationMs: number;
  /** Time since the event was received. */
  ageMs: number;
}

/** One outcome of the tail, with its place. */
export interface ListedOutcome extends RecentOutcome {
  cursor: string;
}

/** The outcomes of an app that are kept, and for how long after the last. */
const CAP = 500;
const KEEP_S = 3600;

/** Adds outcomes of apps to their tails, in one round trip. @throws the first error; others may have been added. */
export async function addOutcomes(redis: Redis, byApp: ReadonlyMap<string, readonly RecentOutcome[]>): Promise<void> {
  const writes = redis.pipeline();
  for (const [appId, outcomes] of byApp) {
    const key = keys.outcomes(appId);
    for (const outcome of outcomes) writes.xadd(key, 'MAXLEN', '~', CAP, '*', 'o', JSON.stringify(outcome));
    writes.expire(key, KEEP_S);
  }
  answersOf(await writes.exec());
}

/** The outcomes after a cursor, oldest first; without one the latest. At most `limit`. */
export async function readOutcomes(
  redis: Redis,
  appId: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<ListedOutcome[]> {
  const key = keys.outcomes(appId);
  const entries =
    after === undefined
      ? (await redis.xrevrange(key, '+', '-', 'COUNT', limit)).reverse()
      : await redis.xrange(key, `(${after}`, '+', 'COUNT', limit);
  return entries.map(([cursor, [, text = '{}']]) => ({ ...(JSON.parse(text) as RecentOutcome), cursor }));
}
