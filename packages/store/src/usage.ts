import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** What an app stores, by the kinds that have a quota. Approximate after a crash: counted once a write is done. */
export interface Usage {
  /** Users who have a record. */
  users: number;
  groups: number;
  /** Memberships, over all groups. */
  members: number;
}

/** Adds to what an app is counted as storing; `by` may be negative. */
export async function countUsage(redis: Redis, appId: string, kind: 'users' | 'members', by: number): Promise<void> {
  if (by !== 0) await redis.hincrby(keys.usage(appId), kind, by);
}

/** What an app stores. */
export async function readUsage(redis: Redis, appId: string): Promise<Usage> {
  const [counts, groups] = await Promise.all([
    redis.hmget(keys.usage(appId), 'users', 'members'),
    redis.scard(keys.groups(appId)),
  ]);
  const [users = 0, members = 0] = counts.map((count) => Math.max(0, Number(count)));
  return { users, groups, members };
}
