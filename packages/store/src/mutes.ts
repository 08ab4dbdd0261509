import { FanfareError, type MutableConversation, type Mute } from '@fanfare/core';
import { answersOf, commandEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { CREATE_RECORD } from './user-record.ts';

/**
 * Mutes a user may have at a time. A mute takes 35 bytes of their hash while that has at most 512 fields, else 80: 80
 * kB at the limit. The set of users who mute a user takes 190 bytes, and 50 for each further one (measured on Redis
 * 7.0.15 with our configuration, uids of 12 characters).
 */
const MAX_MUTES = 1000;

const FIELD = /^m:([ug]):(.+)$/;
const FOREVER = '0';

/** Writes the mutes ARGV[3…] (field, until) unless more than ARGV[2] would hold at the time ARGV[1]. */
const WRITE = script<number>(`
-- KEYS user
-- ARGV now, most, field, until …
-- returns 1, or 0 when there would be too many
${CREATE_RECORD}
local now, holds, count = tonumber(ARGV[1]), {}, 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do if string.sub(all[i], 1, 2) == 'm:' then holds[all[i]] = all[i + 1] end end
for i = 3, #ARGV, 2 do holds[ARGV[i]] = ARGV[i + 1] end
for _, till in pairs(holds) do if till == '${FOREVER}' or tonumber(till) > now then count = count + 1 end end
if count > tonumber(ARGV[2]) then return 0 end
createRecord(KEYS[1], ARGV[1])
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1`);

/** Removes each field that still has this value, given as pairs. */
const REMOVE_UNCHANGED = script<number>(`
-- KEYS user
-- ARGV field, value …
-- returns 1
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return 1`);

/**
 * Mutes conversations for a user, creating the user; a muted one gets the new end.
 * @throws FanfareError `ERR_BAD_REQUEST` when more than 1,000 would be muted at a time; then nothing is changed.
 */
export async function muteConversations(
  redis: Redis,
  appId: string,
  uid: string,
  mutes: readonly Mute[],
  now: number,
): Promise<void> {
  const before = await listMutes(redis, appId, uid, now);
  if (new Set([...before, ...mutes].map(muteField)).size > MAX_MUTES) refuse();
  if ((await muteEach(redis, appId, [{ uid, mutes }], now)).length > 0) refuse();
}

/**
 * The same for many users, in a few round trips, each user once.
 * @returns the users who would have more than 1,000 mutes at a time; nothing is changed for them.
 */
export async function muteEach(
  redis: Redis,
  appId: string,
  muters: readonly { uid: string; mutes: readonly Mute[] }[],
  now: number,
): Promise<string[]> {
  // Recorded before, so that after a crash, erasing a muted user still finds the mute; and after, in case an unmute in
  // between removed the record.
  await recordMuters(redis, appId, muters);
  const calls = muters.map(({ uid, mutes }) => ({
    keys: [keys.user(appId, uid)],
    args: [now, MAX_MUTES, ...mutes.flatMap((mute) => [muteField(mute), mute.until ?? FOREVER])],
  }));
  const written = await WRITE.each(redis, calls);
  await recordMuters(
    redis,
    appId,
    muters.filter((_, i) => written[i] === 1),
  );
  return muters.filter((_, i) => written[i] !== 1).map(({ uid }) => uid);
}

/** Ends mutes; missing ones are ignored. */
export async function unmuteConversations(
  redis: Redis,
  appId: string,
  uid: string,
  conversations: readonly MutableConversation[],
): Promise<void> {
  if (conversations.length === 0) return;
  await redis.hdel(keys.user(appId, uid), ...conversations.map(muteField));
  await removeMuter(redis, appId, uid, conversations);
}

/** The conversations a user mutes at this moment, in a stable order. Expired mutes are removed on the way. */
export async function listMutes(redis: Redis, appId: string, uid: string, now: number): Promise<Mute[]> {
  const key = keys.user(appId, uid);
  const mutes = mutesIn(await redis.hgetall(key));
  const over = mutes.filter(({ until }) => until !== null && until <= now);
  if (over.length > 0) {
    const fields = over.flatMap((mute) => [muteField(mute), mute.until ?? FOREVER]);
    await REMOVE_UNCHANGED(redis, [key], fields);
    await removeMuter(redis, appId, uid, over);
  }
  return mutes.filter(({ until }) => until === null || until > now);
}

/** The field of a user's hash that holds until when they mute this conversation. */
export const muteField = ({ id, type }: MutableConversation): string => `m:${type === 'group' ? 'g' : 'u'}:${id}`;

/** Until when (epoch ms), null: forever, undefined if the field is missing; it may be in the past. */
export const mutedUntilOf = (text: string | undefined): number | null | undefined =>
  text === undefined ? undefined : text === FOREVER ? null : Number(text);

/**
 * Removes all mutes of this user by others, and the user from the records of those they mute. For erasing; may be
 * repeated.
 */
export async function forgetMutes(redis: Redis, appId: string, uid: string): Promise<void> {
  const muted = mutesIn(await redis.hgetall(keys.user(appId, uid)));
  const muters = await redis.smembers(keys.mutedBy(appId, uid));
  const pipeline = redis.pipeline();
  for (const id of usersIn(muted)) pipeline.srem(keys.mutedBy(appId, id), uid);
  for (const muter of muters) pipeline.hdel(keys.user(appId, muter), muteField({ id: uid, type: 'oneOnOne' }));
  answersOf(await pipeline.unlink(keys.mutedBy(appId, uid)).exec());
}

function mutesIn(hash: Record<string, string>): Mute[] {
  return Object.entries(hash)
    .flatMap(([field, text]): Mute[] => {
      const [, kind, id = ''] = FIELD.exec(field) ?? [];
      if (kind === undefined) return [];
      return [{ id, type: kind === 'g' ? 'group' : 'oneOnOne', until: mutedUntilOf(text) ?? null }];
    })
    .sort((a, b) => (muteField(a) < muteField(b) ? -1 : 1));
}

/** Records with each muted user who mutes them, for erasing. Groups are not erased and have no such record. */
async function recordMuters(
  redis: Redis,
  appId: string,
  muters: readonly { uid: string; mutes: readonly MutableConversation[] }[],
): Promise<void> {
  const records = muters.flatMap(({ uid, mutes }) => usersIn(mutes).map((muted) => ({ uid, muted })));
  await commandEach(redis, records, (commands, { uid, muted }) => commands.sadd(keys.mutedBy(appId, muted), uid));
}

/** Removes these records, except of users who were muted again meanwhile. */
async function removeMuter(
  redis: Redis,
  appId: string,
  uid: string,
  ended: readonly MutableConversation[],
): Promise<void> {
  const uids = usersIn(ended);
  if (uids.length === 0) return;
  const pipeline = redis.pipeline();
  for (const id of uids) pipeline.srem(keys.mutedBy(appId, id), uid);
  answersOf(await pipeline.exec());
  const fields = uids.map((id) => muteField({ id, type: 'oneOnOne' }));
  const now = await redis.hmget(keys.user(appId, uid), ...fields);
  const again = uids.filter((_, i) => now[i] !== null).map((id) => ({ id, type: 'oneOnOne' as const }));
  await recordMuters(redis, appId, [{ uid, mutes: again }]);
}

const usersIn = (conversations: readonly MutableConversation[]): string[] =>
  conversations.flatMap(({ id, type }) => (type === 'oneOnOne' ? [id] : []));

function refuse(): never {
  throw new FanfareError('ERR_BAD_REQUEST', `conversations: more than ${MAX_MUTES} would be muted at a time`);
}
