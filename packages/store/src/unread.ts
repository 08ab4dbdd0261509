import { createHash } from 'node:crypto';
import { commandEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** Counts of someone who never reads are kept this long after the last change: nothing else would end them. */
const UNREAD_TTL_S = 90 * 24 * 3600;

/**
 * Events remembered as counted or read, and the characters kept of the hash of each: 64 together, the longest value with
 * which Redis keeps a small hash compact as it comes. One event in a million is mistaken for one of the last sixteen and not counted.
 */
const RECENT = 16;
const EVENT_CHARS = 4;

/** Enough that two conversations of a person are not mistaken for each other; ids of people do not show. */
const CONVERSATION_CHARS = 8;

/** ARGV: field of the conversation, hash of the event. `isNew` says whether the event is none of the last, and notes it. */
const IS_NEW = `
local function isNew(event)
  local recent = redis.call('HGET', KEYS[1], 'recent') or ''
  for i = 1, #recent, ${EVENT_CHARS} do
    if string.sub(recent, i, i + ${EVENT_CHARS - 1}) == event then return false end
  end
  redis.call('HSET', KEYS[1], 'recent', string.sub(event .. recent, 1, ${RECENT * EVENT_CHARS}))
  redis.call('EXPIRE', KEYS[1], ${UNREAD_TTL_S})
  return true
end`;

const COUNT = script<number>(`
-- KEYS unread
-- ARGV conversation field, event
-- returns the total
${IS_NEW}
if not isNew(ARGV[2]) then return tonumber(redis.call('HGET', KEYS[1], 't') or '0') end
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
return redis.call('HINCRBY', KEYS[1], 't', 1)`);

/** The event as in COUNT, or empty. What was counted or read last stays known, so that it is not counted after it was read. */
const CLEAR = script<number>(`
-- KEYS unread
-- ARGV conversation field, event or empty
-- returns the total
${IS_NEW}
if ARGV[2] ~= '' then isNew(ARGV[2]) end
local count = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if count == 0 then return tonumber(redis.call('HGET', KEYS[1], 't') or '0') end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ${UNREAD_TTL_S})
return redis.call('HINCRBY', KEYS[1], 't', -count)`);

/**
 * Counts an event as unread for each of these people. One that was counted for a person, or that they have read
 * already, and that is among their last sixteen, is not counted again. A person takes 120 bytes with one unread conversation and 16 for each
 * further one; counting sends 130 bytes a person (measured on Redis 7.0.15).
 * @returns each person's total, in the order of `uids`.
 */
export const countUnread = (
  redis: Redis,
  appId: string,
  { conversationId, eventKey }: { conversationId: string; eventKey: string },
  uids: readonly string[],
): Promise<number[]> => {
  const args = [fieldOf(conversationId), shortHash(eventKey, EVENT_CHARS)];
  return COUNT.each(
    redis,
    uids.map((uid) => ({ keys: [keys.unread(appId, uid)], args })),
  );
};

/**
 * Counts a conversation as read by a person. `eventKey` is of the message that says so, where it is known: a phone that
 * is open may be faster than the fan-out, which must not count the message afterwards.
 * @returns the total of what they have not read.
 */
export const clearUnread = (
  redis: Redis,
  appId: string,
  uid: string,
  { conversationId, eventKey }: { conversationId: string; eventKey: string | undefined },
): Promise<number> => {
  const event = eventKey === undefined ? '' : shortHash(eventKey, EVENT_CHARS);
  return CLEAR(redis, [keys.unread(appId, uid)], [fieldOf(conversationId), event]);
};

/** Counts a conversation as read by each of these people, as when they can no longer open it. */
export async function clearUnreadOf(
  redis: Redis,
  appId: string,
  conversationId: string,
  uids: readonly string[],
): Promise<void> {
  const args = [fieldOf(conversationId), ''];
  await CLEAR.each(
    redis,
    uids.map((uid) => ({ keys: [keys.unread(appId, uid)], args })),
  );
}

/** How much a person has not read; 0 for one nobody has counted for. */
export const readUnread = async (redis: Redis, appId: string, uid: string): Promise<number> =>
  Number(await redis.hget(keys.unread(appId, uid), 't'));

/** The same of many people, in their order. */
export const readUnreadOf = async (redis: Redis, appId: string, uids: readonly string[]): Promise<number[]> => {
  const totals = await commandEach(redis, uids, (commands, uid) => commands.hget(keys.unread(appId, uid), 't'));
  return totals.map(Number);
};

const fieldOf = (conversationId: string): string => `c:${shortHash(conversationId, CONVERSATION_CHARS)}`;

const shortHash = (text: string, characters: number): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, characters);
