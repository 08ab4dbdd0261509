import { answersOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import type { CredentialRef } from './quarantine.ts';

/** Answers are counted in windows of this length, ms; the current and the previous one decide. */
const WINDOW_MS = 5 * 60_000;

/** The guard is on when so many answers, and more than this share of them, report dead tokens. */
const LEAST_DEAD = 10;
const MAX_DEAD_SHARE = 0.2;

/** How long an operator's word holds that the tokens are really dead, ms. */
const CONFIRMED_MS = 3_600_000;

/**
 * What a report of a dead token means: set the device aside; keep it, since most answers report dead tokens; keep it,
 * since nothing was accepted that would prove the credential right.
 */
export type TokenVerdict = 'quarantine' | 'guarded' | 'unproven';

/** Why devices of a credential are not set aside. */
export interface TokenGuard {
  /** Answers in the window. */
  dead: number;
  accepted: number;
  /** When it was last seen so, epoch ms. */
  at: number;
}

const COUNT = `
local function count(key, accepted, dead, ttl)
  if tonumber(accepted) > 0 then redis.call('HINCRBY', key, 'accepted', accepted) end
  if dead > 0 then redis.call('HINCRBY', key, 'dead', dead) end
  redis.call('PEXPIRE', key, ttl)
end`;

const ADD = script<number>(`
-- KEYS window
-- ARGV accepted, how long a window is kept
-- returns 1
${COUNT}
count(KEYS[1], ARGV[1], 0, ARGV[2])
return 1`);

const JUDGE = script<TokenVerdict>(`
-- KEYS window, window before, guard, confirmed
-- ARGV accepted, how long a window is kept, needs proof, now
-- returns the verdict
${COUNT}
count(KEYS[1], ARGV[1], 1, ARGV[2])
local accepted, dead = 0, 0
for i = 1, 2 do
  local counts = redis.call('HMGET', KEYS[i], 'accepted', 'dead')
  accepted = accepted + (tonumber(counts[1]) or 0)
  dead = dead + (tonumber(counts[2]) or 0)
end
if redis.call('EXISTS', KEYS[4]) == 0 then
  if dead >= ${LEAST_DEAD} and dead > (dead + accepted) * ${MAX_DEAD_SHARE} then
    local guard = string.format('{"dead":%d,"accepted":%d,"at":%s}', dead, accepted, ARGV[4])
    redis.call('SET', KEYS[3], guard, 'PX', ARGV[2])
    return 'guarded'
  end
  if ARGV[3] == '1' and accepted == 0 then return 'unproven' end
end
redis.call('DEL', KEYS[3])
return 'quarantine'`);

const windowKey = (credential: CredentialRef, now: number, back = 0) =>
  keys.tokenAnswers(credential, Math.floor(now / WINDOW_MS) - back);

/** Counts accepted sends of a credential. */
export async function countAccepted(redis: Redis, credential: CredentialRef, accepted: number, now: number) {
  await ADD(redis, [windowKey(credential, now)], [accepted, 2 * WINDOW_MS]);
}

/**
 * Counts a report of a dead token, and `accepted` sends since the last count. `needsProof`: a wrong credential or
 * environment would cause it too.
 */
export const judgeDeadToken = (
  redis: Redis,
  credential: CredentialRef,
  { accepted, needsProof, now }: { accepted: number; needsProof: boolean; now: number },
): Promise<TokenVerdict> =>
  JUDGE(
    redis,
    [
      ...[windowKey(credential, now), windowKey(credential, now, 1)],
      ...[keys.tokenGuard(credential), keys.tokensConfirmed(credential)],
    ],
    [accepted, 2 * WINDOW_MS, needsProof ? 1 : 0, now],
  );

/** Whether devices of a credential are kept although their tokens are reported dead, and why. */
export async function readTokenGuard(redis: Redis, credential: CredentialRef): Promise<TokenGuard | undefined> {
  const text = await redis.get(keys.tokenGuard(credential));
  return text === null ? undefined : (JSON.parse(text) as TokenGuard);
}

/** An operator says that the tokens are really dead: for an hour they are set aside whatever their share. */
export async function confirmDeadTokens(redis: Redis, credential: CredentialRef): Promise<void> {
  const confirm = redis.pipeline().set(keys.tokensConfirmed(credential), 1, 'PX', CONFIRMED_MS);
  answersOf(await confirm.del(keys.tokenGuard(credential)).exec());
}
