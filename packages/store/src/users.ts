import type { Redis } from 'ioredis';
import { type Device, devicesIn, removeDevices } from './devices.ts';
import { keys } from './keys.ts';
import { answersOf } from './pipeline.ts';

/** What is known about a person. */
export interface UserProfile {
  name?: string | undefined;
  avatar?: string | undefined;
  /** IANA name. */
  timezone?: string | undefined;
  /** BCP 47 tag. */
  locale?: string | undefined;
  /** A deactivated person is in no audience. */
  deactivated?: boolean | undefined;
}

export interface User extends UserProfile {
  uid: string;
  /** Epoch ms. */
  createdAt: number;
}

/** What fan-out needs to know about a recipient. */
export interface Recipient {
  uid: string;
  deactivated: boolean;
  devices: Device[];
}

/** Creates or changes a person; fields not given stay, `null` removes one. */
export async function upsertUser(
  redis: Redis,
  appId: string,
  uid: string,
  profile: { [K in keyof UserProfile]: UserProfile[K] | null },
  now: number,
): Promise<User> {
  const key = keys.user(appId, uid);
  const write = redis.multi().hsetnx(key, 'createdAt', String(now));
  for (const [field, value] of Object.entries(profile)) {
    if (value === null) write.hdel(key, field);
    else if (value !== undefined) write.hset(key, field, typeof value === 'boolean' ? (value ? '1' : '0') : value);
  }
  const answers = (await write.hgetall(key).exec()) ?? [];
  return decodeUser(uid, answers.at(-1)?.[1] as Record<string, string>) as User;
}

/** The person, or undefined. */
export async function readUser(redis: Redis, appId: string, uid: string): Promise<User | undefined> {
  return decodeUser(uid, await redis.hgetall(keys.user(appId, uid)));
}

/** Makes people known who were named for the first time; says nothing else about them. */
export async function touchUsers(redis: Redis, appId: string, uids: readonly string[], now: number): Promise<void> {
  const pipeline = redis.pipeline();
  for (const uid of uids) pipeline.hsetnx(keys.user(appId, uid), 'createdAt', String(now));
  answersOf(await pipeline.exec());
}

/** What fan-out needs about each of these people, in one round trip and in their order; strangers are active. */
export async function readRecipients(redis: Redis, appId: string, uids: readonly string[]): Promise<Recipient[]> {
  const pipeline = redis.pipeline();
  for (const uid of uids) pipeline.hgetall(keys.user(appId, uid));
  const hashes = answersOf(await pipeline.exec()) as Record<string, string>[];
  return uids.map((uid, i) => {
    const hash = hashes[i] ?? {};
    return { uid, deactivated: hash.deactivated === '1', devices: devicesIn(hash) };
  });
}

/** Name and picture of some people, by uid; who has neither is absent, even one called "constructor". */
export async function readProfiles(
  redis: Redis,
  appId: string,
  uids: readonly string[],
): Promise<Record<string, { name?: string; avatar?: string }>> {
  const pipeline = redis.pipeline();
  for (const uid of uids) pipeline.hmget(keys.user(appId, uid), 'name', 'avatar');
  const answers = answersOf(await pipeline.exec()) as [string | null, string | null][];
  const profiles: Record<string, { name?: string; avatar?: string }> = Object.create(null);
  for (const [i, uid] of uids.entries()) {
    const [name, avatar] = answers[i] ?? [null, null];
    if (name || avatar) profiles[uid] = { ...(name ? { name } : {}), ...(avatar ? { avatar } : {}) };
  }
  return profiles;
}

/** Removes the person, their devices, logins, memberships and blocks; false when unknown. */
export async function deleteUser(redis: Redis, appId: string, uid: string): Promise<boolean> {
  const groups = await redis.smembers(keys.groups(appId));
  const pipeline = redis.pipeline();
  for (const guid of groups) pipeline.zrem(keys.members(appId, guid), uid);
  answersOf(await pipeline.exec());
  await forgetBlocks(redis, appId, uid);
  await forgetSessions(redis, appId, uid);
  await removeDevices(redis, appId, uid, () => true);
  return (await redis.unlink(keys.user(appId, uid))) === 1;
}

/** `by` blocks these people: neither hears of the other any more. */
export async function blockUsers(redis: Redis, appId: string, by: string, uids: readonly string[]): Promise<void> {
  const pipeline = redis.pipeline().sadd(keys.blocked(appId, by), ...uids);
  for (const uid of uids) pipeline.sadd(keys.blockedBy(appId, uid), by);
  answersOf(await pipeline.exec());
}

/** Takes a block back. */
export async function unblockUsers(redis: Redis, appId: string, by: string, uids: readonly string[]): Promise<void> {
  const pipeline = redis.pipeline().srem(keys.blocked(appId, by), ...uids);
  for (const uid of uids) pipeline.srem(keys.blockedBy(appId, uid), by);
  answersOf(await pipeline.exec());
}

/** Everyone whom this person has blocked or is blocked by. */
export const readBlockRelations = async (redis: Redis, appId: string, uid: string): Promise<Set<string>> =>
  new Set(await redis.sunion(keys.blocked(appId, uid), keys.blockedBy(appId, uid)));

async function forgetSessions(redis: Redis, appId: string, uid: string): Promise<void> {
  const pipeline = redis.pipeline();
  for (const session of await redis.hkeys(keys.sessions(appId, uid))) pipeline.unlink(keys.session(appId, session));
  answersOf(await pipeline.unlink(keys.sessions(appId, uid)).exec());
}

async function forgetBlocks(redis: Redis, appId: string, uid: string): Promise<void> {
  const [blocked, blockedBy] = [keys.blocked(appId, uid), keys.blockedBy(appId, uid)];
  const pipeline = redis.pipeline();
  for (const other of await redis.smembers(blocked)) pipeline.srem(keys.blockedBy(appId, other), uid);
  for (const other of await redis.smembers(blockedBy)) pipeline.srem(keys.blocked(appId, other), uid);
  answersOf(await pipeline.unlink(blocked, blockedBy).exec());
}

function decodeUser(uid: string, hash: Record<string, string>): User | undefined {
  const { createdAt, name, avatar, timezone, locale, deactivated } = hash;
  if (!createdAt) return undefined;
  const profile = Object.entries({ name, avatar, timezone, locale }).filter(([, value]) => value !== undefined);
  return { uid, ...Object.fromEntries(profile), deactivated: deactivated === '1', createdAt: Number(createdAt) };
}
