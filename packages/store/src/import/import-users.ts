import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { countUsage } from '../usage.ts';
import { type ProfileChange, profileFields, WRITE_PROFILE } from '../users.ts';

const IMPORT = script<number>(`
-- KEYS user
-- ARGV now, field, value …
-- returns 1 when the record is new, else 0
${WRITE_PROFILE}
return writeProfile(KEYS[1], ARGV[1], {unpack(ARGV, 2)}) and 1 or 0`);

/** A user of an import: a profile to merge, or only a record to create. */
export interface ImportedUser {
  uid: string;
  profile?: ProfileChange;
}

/** Creates or changes users, in order; of a user who occurs twice the later values count. */
export async function importUsers(
  redis: Redis,
  appId: string,
  users: readonly ImportedUser[],
  now: number,
): Promise<void> {
  const calls = users.map(({ uid, profile = {} }) => ({
    keys: [keys.user(appId, uid)],
    args: [now, ...profileFields(profile).flat()],
  }));
  const created = await IMPORT.together(redis, calls);
  await countUsage(
    redis,
    appId,
    'users',
    created.reduce((sum, isNew) => sum + isNew, 0),
  );
}
