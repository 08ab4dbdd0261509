import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { answersOf } from './pipeline.ts';
import { script } from './script.ts';

/** Threads nobody new has followed for this long are forgotten, with all who follow them. */
const THREAD_TTL_S = 180 * 24 * 3600;

/** Threads a person may follow, 94 bytes each (Redis 7.0.15); beyond it they stop following the one longest followed. */
const MAX_THREADS = 10_000;

/** Threads handled in one round trip. */
const BATCH = 1000;

/** Removes each member that still has the score it had, given as pairs. */
const REMOVE_UNCHANGED = script<number>(`
for i = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) == tonumber(ARGV[i + 1]) then redis.call('ZREM', KEYS[1], ARGV[i]) end
end
return 1`);

/** Makes people follow the thread of a message; who does already stays. The thread is kept for another 180 days. */
export async function subscribeToThread(
  redis: Redis,
  appId: string,
  messageId: string,
  uids: readonly string[],
  now: number,
): Promise<void> {
  if (uids.length === 0) return;
  // Each person's list first: what is in no list would not be found when they are erased.
  const lists = redis.pipeline();
  for (const uid of uids) {
    lists.zadd(keys.threads(appId, uid), now, messageId);
    lists.zrange(keys.threads(appId, uid), '0', String(-(MAX_THREADS + 1)), 'WITHSCORES');
  }
  const answers = answersOf(await lists.exec());
  const thread = keys.thread(appId, messageId);
  const write = redis.multi().sadd(thread, ...uids);
  answersOf(await write.expire(thread, THREAD_TTL_S).exec());
  for (const [i, uid] of uids.entries()) await dropOldest(redis, appId, uid, answers[2 * i + 1] as string[]);
}

/** Ends a person's subscription. Their list keeps the thread until it is pushed out, which does no harm. */
export async function unsubscribeFromThread(
  redis: Redis,
  appId: string,
  messageId: string,
  uid: string,
): Promise<void> {
  await redis.srem(keys.thread(appId, messageId), uid);
}

/** Those of these people who follow the thread of a message, in one read. */
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

/** Ends all subscriptions of a person. For erasing; may be repeated. */
export async function forgetThreads(redis: Redis, appId: string, uid: string): Promise<void> {
  const list = keys.threads(appId, uid);
  for (;;) {
    const messageIds = await redis.zrange(list, '0', String(BATCH - 1));
    if (messageIds.length === 0) return;
    await leave(redis, appId, uid, messageIds);
    await redis.zrem(list, ...messageIds);
  }
}

/** The subscription first: one whose entry went first would stay for ever if we stopped here. */
async function dropOldest(redis: Redis, appId: string, uid: string, withScores: readonly string[]): Promise<void> {
  if (withScores.length === 0) return;
  const messageIds = withScores.filter((_, i) => i % 2 === 0);
  await leave(redis, appId, uid, messageIds);
  await REMOVE_UNCHANGED.run(redis, { keys: [keys.threads(appId, uid)], args: withScores });
}

async function leave(redis: Redis, appId: string, uid: string, messageIds: readonly string[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const messageId of messageIds) pipeline.srem(keys.thread(appId, messageId), uid);
  answersOf(await pipeline.exec());
}
