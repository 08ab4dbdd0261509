import { answersOf, inBatches, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** A thread with no new follower for this long is deleted, with its followers. */
const THREAD_TTL_S = 180 * 24 * 3600;

/** Threads a user may follow, 94 bytes each (Redis 7.0.15); beyond it they unfollow the oldest one. */
const MAX_THREADS = 10_000;

/** Threads handled per round trip. */
const BATCH = 1000;

/** The entry of a user who has left a thread: no uid starts with "!". */
const leftMark = (uid: string): string => `!${uid}`;

/**
 * KEYS the user, their list; ARGV thread, now. Adds the thread to the list of an existing user: any text may name any
 * uid, and records of users who do not exist would never be deleted. Returns the surplus entries, as pairs; nil if
 * there is no such user.
 */
const ENTER = script<string[] | null>(`
-- KEYS user, threads of the user
-- ARGV message id, now
-- returns the oldest threads beyond the most there may be, with scores; nil when the user is not known
if redis.call('HEXISTS', KEYS[1], 'createdAt') == 0 then return nil end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return redis.call('ZRANGE', KEYS[2], 0, -${MAX_THREADS + 1}, 'WITHSCORES')`);

/** Removes each member that still has this score, given as pairs. */
const REMOVE_UNCHANGED = script<number>(`
-- KEYS threads of the user
-- ARGV message id, score …
-- returns 1
for i = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) == tonumber(ARGV[i + 1]) then redis.call('ZREM', KEYS[1], ARGV[i]) end
end
return 1`);

/**
 * Makes users follow the thread of a message, even if they had left it; current followers stay. Unknown users are
 * ignored. The thread is kept for another 180 days.
 */
export const subscribeToThread = (
  redis: Redis,
  appId: string,
  messageId: string,
  uids: readonly string[],
  now: number,
): Promise<void> => change(redis, { appId, messageId, now }, uids, (uid) => ({ add: uid, remove: leftMark(uid) }));

/**
 * Unfollows a thread for a user and remembers that they left: as long as the thread is kept, or until they subscribe.
 */
export const unsubscribeFromThread = (
  redis: Redis,
  appId: string,
  messageId: string,
  uid: string,
  now: number,
): Promise<void> => change(redis, { appId, messageId, now }, [uid], () => ({ add: leftMark(uid), remove: uid }));

/** Whether the user's last action on the thread was to leave it. */
export const hasLeftThread = async (redis: Redis, appId: string, messageId: string, uid: string): Promise<boolean> =>
  (await redis.sismember(keys.thread(appId, messageId), leftMark(uid))) === 1;

/**
 * Changes users' subscriptions to a thread. Their lists come first: erasing a user only finds threads in their list.
 */
async function change(
  redis: Redis,
  { appId, messageId, now }: { appId: string; messageId: string; now: number },
  uids: readonly string[],
  entries: (uid: string) => { add: string; remove: string },
): Promise<void> {
  const overflows = await ENTER.each(
    redis,
    uids.map((uid) => ({ keys: [keys.user(appId, uid), keys.threads(appId, uid)], args: [messageId, now] })),
  );
  const known = uids.filter((_, i) => overflows[i] !== null);
  const thread = keys.thread(appId, messageId);
  for (const batch of inBatches(known)) {
    const changes = batch.map(entries);
    const write = redis.multi().srem(thread, ...changes.map(({ remove }) => remove));
    write.sadd(thread, ...changes.map(({ add }) => add));
    answersOf(await write.expire(thread, THREAD_TTL_S).exec());
  }
  for (const [i, uid] of uids.entries()) await dropOldest(redis, appId, uid, overflows[i] ?? []);
}

/** The given users who follow the thread of a message, in one read. */
export async function followersAmong(
  redis: Redis,
  appId: string,
  messageId: string,
  uids: readonly string[],
): Promise<Set<string>> {
  if (uids.length === 0) return new Set();
  const follows = await redis.smismember(keys.thread(appId, messageId), ...uids);
  return new Set(uids.filter((_, i) => follows[i] === 1));
}

/** Removes all subscriptions of a user. For erasing; may be repeated. */
export async function forgetThreads(redis: Redis, appId: string, uid: string): Promise<void> {
  const list = keys.threads(appId, uid);
  for (;;) {
    const messageIds = await redis.zrange(list, '0', String(BATCH - 1));
    if (messageIds.length === 0) return;
    await leave(redis, appId, uid, messageIds);
    await redis.zrem(list, ...messageIds);
  }
}

/** The subscription first: if its list entry went first, a crash here would leave the subscription forever. */
async function dropOldest(redis: Redis, appId: string, uid: string, withScores: readonly string[]): Promise<void> {
  if (withScores.length === 0) return;
  const messageIds = withScores.filter((_, i) => i % 2 === 0);
  await leave(redis, appId, uid, messageIds);
  await REMOVE_UNCHANGED(redis, [keys.threads(appId, uid)], withScores);
}

async function leave(redis: Redis, appId: string, uid: string, messageIds: readonly string[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const messageId of messageIds) pipeline.srem(keys.thread(appId, messageId), uid, leftMark(uid));
  answersOf(await pipeline.exec());
}
