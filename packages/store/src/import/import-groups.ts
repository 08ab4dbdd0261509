import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { countUsage } from '../usage.ts';

/** A group of an import: fields to merge, and members to add. */
export interface ImportedGroup {
  guid: string;
  name?: string | null | undefined;
  icon?: string | null | undefined;
  members: readonly string[];
}

/** Members added by one run of the script; Lua unpacks at most about 8,000 values. */
const MEMBERS_PER_RUN = 1000;

const IMPORT = script<number>(`
-- KEYS group, members
-- ARGV now, number of fields, field, value …, uid …; an empty value removes the field
-- returns how many users were not members before
local fields = tonumber(ARGV[2])
redis.call('HSETNX', KEYS[1], 'createdAt', ARGV[1])
redis.call('PERSIST', KEYS[1])
for i = 3, 1 + 2 * fields, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i])
  else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
local members = {}
for i = 3 + 2 * fields, #ARGV do
  members[#members + 1] = 0
  members[#members + 1] = ARGV[i]
end
if #members == 0 then return 0 end
return redis.call('ZADD', KEYS[2], unpack(members))`);

/** Creates or changes groups and adds members, in order. Members get no record of their own. */
export async function importGroups(
  redis: Redis,
  appId: string,
  groups: readonly ImportedGroup[],
  now: number,
): Promise<void> {
  if (groups.length === 0) return;
  // First: a group that is listed and has no record yet is harmless, but one that is not listed counts for no quota.
  await redis.sadd(keys.groups(appId), ...new Set(groups.map(({ guid }) => guid)));
  const calls = groups.flatMap(({ guid, name, icon, members }) => {
    const fields = Object.entries({ name, icon }).filter(([, value]) => value !== undefined);
    return parts(members).map((uids) => ({
      keys: [keys.group(appId, guid), keys.members(appId, guid)],
      args: [now, fields.length, ...fields.flatMap(([field, value]) => [field, value ?? '']), ...uids],
    }));
  });
  const added = await IMPORT.each(redis, calls);
  await countUsage(
    redis,
    appId,
    'members',
    added.reduce((sum, count) => sum + count, 0),
  );
}

/** The members in parts of at most a thousand; one empty part if there are none. */
function parts(members: readonly string[]): (readonly string[])[] {
  const count = Math.max(1, Math.ceil(members.length / MEMBERS_PER_RUN));
  return Array.from({ length: count }, (_, i) => members.slice(i * MEMBERS_PER_RUN, (i + 1) * MEMBERS_PER_RUN));
}
