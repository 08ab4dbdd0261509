import { answersOf } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { forgetBlocks } from './blocks.ts';
import { removeDevices } from './devices.ts';
import { keys } from './keys.ts';
import { forgetMutes } from './mutes.ts';
import { forgetThreads } from './threads.ts';
import { countUsage } from './usage.ts';
import { eraseRecord } from './user-record.ts';

/** Groups checked per round trip. */
const BATCH = 1000;

/**
 * Erases a user everywhere: sessions, devices, preferences, mutes and blocks both ways, memberships, subscriptions and
 * unread counts. The records that say where else to look are removed last, so that after a crash the same call
 * finishes. A tombstone stays for as long as the ledger may hold their uid, so that no event that names them notifies
 * them.
 * @returns false when there was neither a record nor a membership; whatever else was left is erased all the same.
 */
export async function deleteUser(redis: Redis, appId: string, uid: string): Promise<boolean> {
  await forgetSessions(redis, appId, uid);
  const memberships = await forgetMemberships(redis, appId, uid);
  await forgetBlocks(redis, appId, uid);
  await forgetMutes(redis, appId, uid);
  await forgetThreads(redis, appId, uid);
  await removeDevices(redis, appId, uid, () => true);
  await redis.unlink(keys.unread(appId, uid));
  await redis.zrem(keys.reactionFollowers(appId), uid);
  await countUsage(redis, appId, 'members', -memberships);
  return (await eraseRecord(redis, appId, uid)) || memberships > 0;
}

async function forgetSessions(redis: Redis, appId: string, uid: string): Promise<void> {
  const pipeline = redis.pipeline();
  for (const session of await redis.hkeys(keys.sessions(appId, uid))) pipeline.unlink(keys.session(appId, session));
  answersOf(await pipeline.unlink(keys.sessions(appId, uid)).exec());
}

/** No record says which groups a user is in: all groups of the app are checked, a batch at a time. */
async function forgetMemberships(redis: Redis, appId: string, uid: string): Promise<number> {
  let cursor = '0';
  let count = 0;
  do {
    const [next, guids] = await redis.sscan(keys.groups(appId), cursor, 'COUNT', BATCH);
    const pipeline = redis.pipeline();
    for (const guid of guids) pipeline.zrem(keys.members(appId, guid), uid);
    for (const removed of answersOf(await pipeline.exec())) count += Number(removed);
    cursor = next;
  } while (cursor !== '0');
  return count;
}
