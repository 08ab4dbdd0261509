import type { Platform, ProviderKind, SettledState } from '@fanfare/core';
import { script } from '@fanfare/redis';
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

/** The outcomes of an app that are kept, and for how long after the last; an erased user is remembered as long. */
const CAP = 500;
const KEEP_S = 3600;

const ADD = script<null>(`
-- KEYS tail, erased users
-- ARGV uid and outcome of each
-- returns nothing
local since = redis.call('TIME')[1] - ${KEEP_S}
for i = 1, #ARGV, 2 do
  local erased = redis.call('ZSCORE', KEYS[2], ARGV[i])
  if not erased or tonumber(erased) <= since then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ${CAP}, '*', 'o', ARGV[i + 1])
  end
end
redis.call('EXPIRE', KEYS[1], ${KEEP_S})
`);

/** Adds outcomes of apps to their tails, but none of erased users. @throws one of the errors; others may be added. */
export async function addOutcomes(redis: Redis, byApp: ReadonlyMap<string, readonly RecentOutcome[]>): Promise<void> {
  await ADD.each(
    redis,
    [...byApp].map(([appId, outcomes]) => ({
      keys: keysOf(appId),
      args: outcomes.flatMap((outcome) => [outcome.uid, JSON.stringify(outcome)]),
    })),
  );
}

const ERASE = script<null>(`
-- KEYS tail, erased users
-- ARGV uid, '1' to remember it
-- returns nothing
if ARGV[2] == '1' then
  local now = redis.call('TIME')[1]
  redis.call('ZADD', KEYS[2], now, ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ${KEEP_S})
  redis.call('EXPIRE', KEYS[2], ${KEEP_S})
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  if cjson.decode(entry[2][2]).uid == ARGV[1] then redis.call('XDEL', KEYS[1], entry[1]) end
end
`);

/**
 * Takes an erased user's outcomes off the tail. If the user existed, those of sends that are under way are not added
 * for an hour, even if the user is created again.
 */
export async function eraseOutcomes(redis: Redis, appId: string, uid: string, existed: boolean): Promise<void> {
  await ERASE(redis, keysOf(appId), [uid, existed ? '1' : '']);
}

const keysOf = (appId: string): string[] => [keys.outcomes(appId), keys.erasedFromOutcomes(appId)];

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
