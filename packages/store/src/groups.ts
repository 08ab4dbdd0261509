import { randomBytes } from 'node:crypto';
import { FanfareError } from '@fanfare/core';
import { answersOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { clearFormerMembers, removeAllMembers, swapMembers } from './former-members.ts';
import { keys } from './keys.ts';
import { clearUnreadOf } from './unread.ts';
import { countUsage } from './usage.ts';

export interface Group {
  guid: string;
  name?: string | undefined;
  icon?: string | undefined;
  /** Epoch ms. */
  createdAt: number;
}

/** Members written per round trip of a bulk load. */
const LOAD_BATCH = 1000;

/** How long the remains of an interrupted bulk load stay. */
const LOAD_TTL_S = 3600;

/** How long the size of a group without a record is kept: one message is enough to ask for it. */
const SIZE_TTL_S = 30 * 24 * 3600;

/** The field of a group's hash with its member count elsewhere. */
const SIZE = 'size';

/** Creates or changes a group; omitted fields stay, `null` removes one. */
export async function upsertGroup(
  redis: Redis,
  appId: string,
  guid: string,
  group: { name?: string | null | undefined; icon?: string | null | undefined },
  now: number,
): Promise<Group> {
  const key = keys.group(appId, guid);
  const write = redis.multi().hsetnx(key, 'createdAt', String(now)).persist(key);
  for (const [field, value] of Object.entries(group)) {
    if (value === null) write.hdel(key, field);
    else if (value !== undefined) write.hset(key, field, value);
  }
  const answers = (await write.hgetall(key).exec()) ?? [];
  await redis.sadd(keys.groups(appId), guid);
  return decodeGroup(guid, answers.at(-1)?.[1] as Record<string, string>) as Group;
}

/** The group, or undefined. */
export async function readGroup(redis: Redis, appId: string, guid: string): Promise<Group | undefined> {
  return decodeGroup(guid, await redis.hgetall(keys.group(appId, guid)));
}

/** The given groups that do not exist, in their order. */
export async function withoutGroup(redis: Redis, appId: string, guids: readonly string[]): Promise<string[]> {
  if (guids.length === 0) return [];
  const found = await redis.smismember(keys.groups(appId), ...guids);
  return guids.filter((_, i) => found[i] === 0);
}

/** Removes a group, its list of members, and their unread counts in it; false when unknown. */
export async function deleteGroup(redis: Redis, appId: string, guid: string): Promise<boolean> {
  await removeAllMembers(redis, appId, guid);
  await clearFormerMembers(redis, appId, guid);
  await redis.srem(keys.groups(appId), guid);
  return (await redis.unlink(keys.group(appId, guid))) === 1;
}

/** Adds members, creating the group; returns how many were new. Members get no record of their own. */
export async function addMembers(
  redis: Redis,
  appId: string,
  guid: string,
  uids: readonly string[],
  now: number,
): Promise<number> {
  if (uids.length === 0) return 0;
  const group = keys.group(appId, guid);
  answersOf(await redis.multi().hsetnx(group, 'createdAt', String(now)).persist(group).exec());
  await redis.sadd(keys.groups(appId), guid);
  const added = Number(await redis.zadd(keys.members(appId, guid), ...uids.flatMap((uid) => [0, uid])));
  await countUsage(redis, appId, 'members', added);
  return added;
}

/** Removes members and clears their unread counts there; returns how many members there were. */
export async function removeMembers(
  redis: Redis,
  appId: string,
  guid: string,
  uids: readonly string[],
): Promise<number> {
  if (uids.length === 0) return 0;
  const removed = await redis.zrem(keys.members(appId, guid), ...uids);
  await countUsage(redis, appId, 'members', -removed);
  await clearUnreadOf(redis, appId, `group_${guid}`, uids);
  return removed;
}

/**
 * Replaces the list of members by a stream of uids, in constant memory. Fan-out sees the old list until the last uid is
 * loaded, then the new one; if the stream fails, the old list stays. The unread counts of removed members are cleared.
 * @returns the number of members, each counted once.
 * @throws FanfareError `ERR_UNAVAILABLE` when the loaded part expired or was lost before the end.
 */
export async function replaceMembers(
  redis: Redis,
  appId: string,
  guid: string,
  uids: AsyncIterable<string>,
): Promise<number> {
  const load = keys.membersLoad(appId, guid, randomBytes(6).toString('hex'));
  let count = 0;
  try {
    for await (const batch of inBatches(uids, LOAD_BATCH)) {
      // Together, so that no crash leaves a list that never expires.
      const written = redis
        .multi()
        .zadd(load, ...batch.flatMap((uid) => [0, uid]))
        .expire(load, LOAD_TTL_S);
      count += Number(answersOf(await written.exec())[0]);
    }
    if (!(await swapMembers(redis, appId, guid, load, count))) {
      throw new FanfareError(
        'ERR_UNAVAILABLE',
        'members: the list took too long or was lost on the way; send it again',
      );
    }
  } catch (error) {
    await redis.unlink(load).catch(() => undefined);
    throw error;
  }
  await clearFormerMembers(redis, appId, guid);
  return count;
}

/** Up to `limit` members after `after` (from the first when empty), in the order of their uids. */
export const pageMembers = (
  redis: Redis,
  appId: string,
  guid: string,
  after: string,
  limit: number,
): Promise<string[]> =>
  redis.zrangebylex(keys.members(appId, guid), after === '' ? '-' : `(${after}`, '+', 'LIMIT', 0, limit);

/** The given users who are members, in their order. */
export async function membersAmong(
  redis: Redis,
  appId: string,
  guid: string,
  uids: readonly string[],
): Promise<string[]> {
  if (uids.length === 0) return [];
  const scores = await redis.zmscore(keys.members(appId, guid), ...uids);
  return uids.filter((_, i) => scores[i] !== null);
}

/** The number of members; 0 for an unknown group. */
export const countMembers = (redis: Redis, appId: string, guid: string): Promise<number> =>
  redis.zcard(keys.members(appId, guid));

const RECORD_SIZE = script<number>(`
-- KEYS group
-- ARGV size
-- returns 1
redis.call('HSET', KEYS[1], '${SIZE}', ARGV[1])
if redis.call('HEXISTS', KEYS[1], 'createdAt') == 0 then redis.call('EXPIRE', KEYS[1], ${SIZE_TTL_S}) end
return 1`);

/** Stores the member count of a group whose members are kept elsewhere. Does not create the group. */
export async function recordGroupSize(redis: Redis, appId: string, guid: string, size: number): Promise<void> {
  await RECORD_SIZE(redis, [keys.group(appId, guid)], [size]);
}

/** The stored count, or undefined. */
export async function readGroupSize(redis: Redis, appId: string, guid: string): Promise<number | undefined> {
  const size = await redis.hget(keys.group(appId, guid), SIZE);
  return size === null ? undefined : Number(size);
}

async function* inBatches(items: AsyncIterable<string>, size: number): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function decodeGroup(guid: string, hash: Record<string, string>): Group | undefined {
  if (!hash.createdAt) return undefined;
  const { createdAt, [SIZE]: _size, ...rest } = hash;
  return { guid, ...rest, createdAt: Number(createdAt) };
}
