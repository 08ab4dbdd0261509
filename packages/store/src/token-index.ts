import { canonicalToken, type Platform } from '@fanfare/core';
import { commandEach, getEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { hashToken } from './device-record.ts';
import { keys } from './keys.ts';

/** Characters of a token's SHA-256 in the index: the hash, the hash beyond the first, and the field in either. */
const BUCKET_END = 1;
const MORE_END = 2;
const FIELD_END = 11;

/** Tokens in a hash before the others go to further ones: Redis searches a small hash from its start. */
const FULL = 256;

/** Lua: the hash that has a token, or is to have it. */
const HOME = `
local function home(field)
  if redis.call('HEXISTS', KEYS[1], field) == 1 then return KEYS[1] end
  if redis.call('HLEN', KEYS[1]) >= ${FULL} or redis.call('HEXISTS', KEYS[2], field) == 1 then return KEYS[2] end
  return KEYS[1]
end
local tokens = home(ARGV[1])
local before = redis.call('HGET', tokens, ARGV[1])`;

/** Puts a user first among those who may have a token. */
const CLAIM = script<string | null>(`
-- KEYS tokens, more tokens
-- ARGV field, uid
-- returns the other users who may have the token, separated by spaces; nil when the index did not know the token
${HOME}
if before == ARGV[2] then return '' end
local others = {}
for uid in string.gmatch(before or '', '%S+') do if uid ~= ARGV[2] then others[#others + 1] = uid end end
local names = table.concat(others, ' ')
redis.call('HSET', tokens, ARGV[1], names == '' and ARGV[2] or ARGV[2] .. ' ' .. names)
return before and names`);

/** Removes all others once they have lost the token, unless one has claimed it since. */
const SETTLE = script<number>(`
-- KEYS tokens, more tokens
-- ARGV field, uid
-- returns 1, 0 when another user is first, -1 when the index does not know the token
${HOME}
if not before then return -1 end
if before == ARGV[2] then return 1 end
if string.match(before, '%S+') ~= ARGV[2] then return 0 end
redis.call('HSET', tokens, ARGV[1], ARGV[2])
return 1`);

/** Names a user who has a token if the index names no one. */
const HOLD = script<number>(`
-- KEYS tokens, more tokens
-- ARGV field, uid
-- returns 1, or 0 when another user is first
${HOME}
if before then return string.match(before, '%S+') == ARGV[2] and 1 or 0 end
redis.call('HSET', tokens, ARGV[1], ARGV[2])
return 1`);

/** Removes a user who no longer has a token. */
const FORGET = script<number>(`
-- KEYS tokens, more tokens
-- ARGV field, uid
-- returns 1
${HOME}
local others = {}
for uid in string.gmatch(before or '', '%S+') do
  if uid ~= ARGV[2] then others[#others + 1] = uid end
end
if #others == 0 then redis.call('HDEL', tokens, ARGV[1])
else redis.call('HSET', tokens, ARGV[1], table.concat(others, ' ')) end
return 1`);

/** Removes the index entry from before tokens were indexed in hashes, if it names this user. */
const FORGET_FORMER = script<number>(`
-- KEYS push token
-- ARGV uid and a space
-- returns how many entries were removed
local before = redis.call('GET', KEYS[1]) or ''
if string.sub(before, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])`);

/** A user who may have a token, or is to. */
export interface Holding {
  appId: string;
  uid: string;
  token: string;
  /** `hashToken` of the token, where it is needed several times. */
  hash?: string;
}

/**
 * Makes a user the first of those who may have a token. The others stay named until they have lost it and `settleToken`
 * is called, so that after a crash in between the next claim finds them all.
 * @returns the others; undefined when the index did not know the token.
 */
export const claimToken = async (redis: Redis, holding: Holding): Promise<string[] | undefined> =>
  othersIn(await CLAIM(redis, ...entryOf(holding)));

/** The same for many tokens in one round trip. */
export const claimTokens = async (redis: Redis, holdings: readonly Holding[]): Promise<(string[] | undefined)[]> =>
  (await CLAIM.together(redis, holdings.map(callOf))).map(othersIn);

const othersIn = (names: string | null): string[] | undefined =>
  names === null ? undefined : names.split(' ').filter(Boolean);

/** Ends a claim whose others have lost the token. `lost`: another user has claimed it since. */
export const settleToken = async (redis: Redis, holding: Holding): Promise<ClaimEnd> =>
  endOf(await SETTLE(redis, ...entryOf(holding)));

/** The same for many tokens in one round trip. */
export const settleTokens = async (redis: Redis, holdings: readonly Holding[]): Promise<ClaimEnd[]> =>
  (await SETTLE.together(redis, holdings.map(callOf))).map(endOf);

type ClaimEnd = 'settled' | 'lost' | 'unknown';

const endOf = (answer: number): ClaimEnd => (answer === 1 ? 'settled' : answer === 0 ? 'lost' : 'unknown');

/** Names a user who has a token again after a concurrent removal forgot it; false when another has claimed it. */
export const holdToken = async (redis: Redis, holding: Holding): Promise<boolean> =>
  (await HOLD(redis, ...entryOf(holding))) === 1;

const HOLDERS = script<string | null>(`
-- KEYS tokens, more tokens
-- ARGV field
-- returns the users who may have the token, separated by spaces
${HOME}
return before`);

/** The users who may have a token. */
export async function holdersOf(redis: Redis, holding: Holding): Promise<string[]> {
  const [names, [field]] = entryOf(holding);
  return othersIn(await HOLDERS(redis, names, [field])) ?? [];
}

/** Removes a user who no longer has a token from its index. */
export async function forgetToken(redis: Redis, { appId, uid, token }: Holding): Promise<void> {
  await Promise.all([
    FORGET(redis, ...entryOf({ appId, uid, token })),
    FORGET_FORMER(redis, [keys.pushToken(appId, hashToken(token))], [`${uid} `]),
  ]);
}

/** The users whom the index named as holders of a token before tokens were indexed in hashes, in any spelling. */
export async function formerHolders(redis: Redis, appId: string, spellings: readonly string[]): Promise<string[]> {
  const named = await getEach(
    redis,
    spellings.map((token) => keys.pushToken(appId, hashToken(token))),
  );
  return named.flatMap((holding) => (holding === null ? [] : [holding.split(' ', 1)[0] as string]));
}

/** The same for many tokens, without the user who is to have the token. */
export async function otherFormerHolders(
  redis: Redis,
  holdings: readonly (Holding & { platform: Platform })[],
): Promise<string[][]> {
  const spelled = holdings.flatMap(({ appId, platform, token, hash }, i) =>
    spellingsOf(platform, token).map((spelling) => ({
      i,
      key: keys.pushToken(appId, spelling === token && hash !== undefined ? hash : hashToken(spelling)),
    })),
  );
  const named = await getEach(
    redis,
    spelled.map(({ key }) => key),
  );
  const others = holdings.map((): string[] => []);
  for (const [n, { i }] of spelled.entries()) {
    const [holder] = (named[n] ?? '').split(' ', 1);
    if (holder && holder !== holdings[i]?.uid) others[i]?.push(holder);
  }
  return others;
}

/** Removes the index entries of a token from before. */
export async function forgetFormer(redis: Redis, appId: string, spellings: readonly string[]): Promise<void> {
  await commandEach(redis, spellings, (commands, token) => commands.unlink(keys.pushToken(appId, hashToken(token))));
}

/** The ways a canonical token may be spelled in records from before: APNs tokens were kept in upper case as well. */
export function spellingsOf(platform: Platform, token: string): string[] {
  const upper = token.toUpperCase();
  return upper !== token && canonicalToken(platform, upper) === token ? [token, upper] : [token];
}

function callOf(holding: Holding) {
  const [names, args] = entryOf(holding);
  return { keys: names, args };
}

function entryOf({
  appId,
  uid,
  token,
  hash = hashToken(token),
}: Holding): [keys: [string, string], args: [string, string]] {
  const bucket = hash.slice(0, BUCKET_END);
  const more = hash.slice(BUCKET_END, MORE_END);
  return [
    [keys.tokens(appId, bucket), keys.moreTokens(appId, bucket, more)],
    [hash.slice(BUCKET_END, FIELD_END), uid],
  ];
}
