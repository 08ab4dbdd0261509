import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { answersOf } from './pipeline.ts';
import { script } from './script.ts';

/** Counts of someone who never reads are kept this long after the last change: nothing else would end them. */
const UNREAD_TTL_S = 90 * 24 * 3600;

/**
 * Events remembered as counted, and the characters kept of the hash of each: 64 together, the longest value with
 * which Redis keeps a small hash compact as it comes. One event in a million is mistaken for one of the last sixteen and not counted.
 */
const RECENT = 16;
const EVENT_CHARS = 4;

/** Enough that two conversations of a person are not mistaken for each other; ids of people do not show. */
const CONVERSATION_CHARS = 8;

/** ARGV: field of the conversation, hash of the event. */
const COUNT = script<number>(`
local recent = redis.call('HGET', KEYS[1], 'recent') or ''
for i = 1, #recent, ${EVENT_CHARS} do
  if string.sub(recent, i, i + ${EVENT_CHARS - 1}) == ARGV[2] then
    return tonumber(redis.call('HGET', KEYS[1], 't') or '0')
  end
end
redis.call('HSET', KEYS[1], 'recent', string.sub(ARGV[2] .. recent, 1, ${RECENT * EVENT_CHARS}))
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
redis.call('EXPIRE', KEYS[1], ${UNREAD_TTL_S})
return redis.call('HINCRBY', KEYS[1], 't', 1)`);

/** ARGV: field of the conversation. What was counted last stays known, so that it is not counted after it was read. */
const CLEAR = script<number>(`
local count = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if count == 0 then return tonumber(redis.call('HGET', KEYS[1], 't') or '0') end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ${UNREAD_TTL_S})
return redis.call('HINCRBY', KEYS[1], 't', -count)`);

/**
 * Counts an event as unread for each of these people, in one round trip. An event that was counted for a person and is
 * among their last sixteen is not counted again. A person takes 120 bytes with one unread conversation and 16 for each
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
  return COUNT.runAll(
    redis,
    uids.map((uid) => ({ keys: [keys.unread(appId, uid)], args })),
  );
};

/** Counts a conversation as read by a person; returns the total of what they have not read. */
export const clearUnread = (redis: Redis, appId: string, uid: string, conversationId: string): Promise<number> =>
  CLEAR.run(redis, { keys: [keys.unread(appId, uid)], args: [fieldOf(conversationId)] });

/** How much a person has not read; 0 for one nobody has counted for. */
export const readUnread = async (redis: Redis, appId: string, uid: string): Promise<number> =>
  Number(await redis.hget(keys.unread(appId, uid), 't'));

/** The same of many people, in one round trip and in their order. */
export async function readUnreadOf(redis: Redis, appId: string, uids: readonly string[]): Promise<number[]> {
  const pipeline = redis.pipeline();
  for (const uid of uids) pipeline.hget(keys.unread(appId, uid), 't');
  return answersOf(await pipeline.exec()).map(Number);
}

const fieldOf = (conversationId: string): string => `c:${shortHash(conversationId, CONVERSATION_CHARS)}`;

const shortHash = (text: string, characters: number): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, characters);
