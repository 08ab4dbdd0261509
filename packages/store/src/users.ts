import type { Redis } from 'ioredis';
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

function decodeUser(uid: string, hash: Record<string, string>): User | undefined {
  const { createdAt, name, avatar, timezone, locale, deactivated } = hash;
  if (!createdAt) return undefined;
  const profile = Object.entries({ name, avatar, timezone, locale }).filter(([, value]) => value !== undefined);
  return { uid, ...Object.fromEntries(profile), deactivated: deactivated === '1', createdAt: Number(createdAt) };
}
