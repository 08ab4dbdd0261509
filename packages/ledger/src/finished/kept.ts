import { type EventRef, eventKeyTime, type Lane } from '@fanfare/core';
import { answersOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { REMOVE_ALL_UNCHANGED_LUA } from '../archive/remove-unchanged.lua.ts';
import { keys } from '../keys.ts';
import type { Lease } from './lease.ts';

/**
 * The kinds of finished events that are kept, in the order in which they leave when memory is short. `letters`: with
 * dead letters, which may still be replayed. `old`: messages whose content has gone (see shed-content.ts).
 */
export const KEPT_KINDS = ['bulk', 'old', 'chat', 'letters', 'call'] as const;
export type KeptKind = (typeof KEPT_KINDS)[number];

/** A finished event to list: its kind, and an estimate of its bytes. */
export interface KeptEvent {
  key: string;
  appId: string;
  kind: KeptKind;
  bytes: number;
  /** When its last delivery was settled, and when its record expires, epoch ms. */
  finishedAt: number;
  expiresAt: number;
}

/** The finished events of one kind and app that a shard keeps. */
export interface KeptList {
  shard: number;
  kind: KeptKind;
  appId: string;
  events: number;
  /** Estimated from the first and last few. */
  bytes: number;
  /** When the first of them was received, and when it was done at the latest, epoch ms. */
  oldest: number;
  finishedAt: number;
}

/** Which events of a list to delete: those that were received and finished before these times (epoch ms). */
export interface TrimStep {
  list: KeptList;
  before: number;
  finishedBefore: number;
}

/** The bytes of an entry that names none: a packed event with one recipient, its ids and references. */
const USUAL_BYTES = 700;

/** The most seconds from receipt to the last delivery of an entry that names none. */
const USUAL_SECONDS = 1;

/**
 * Lists finished events that are still leased (see lease.ts), and ends their lease. An entry takes 20 bytes; it stays
 * behind when its event expires, until it comes first. Takes off first: a full server refuses a script that begins by
 * adding.
 */
const KEEP = script<number>(`
-- KEYS list of the kind and app, all lists, finished, and unarchived if there is an archive
-- ARGV member of all lists, now, expires at, prefix of event keys, leased until, then of each event: key, entry, when
--   it finished
-- returns how many entries of expired events were dropped
${REMOVE_ALL_UNCHANGED_LUA}
local entries, events = {}, {}
for i = 6, #ARGV, 3 do events[#events + 1] = ARGV[i] end
local isLeased = removeAllUnchanged(KEYS[3], events, ARGV[5])
for i = 6, #ARGV, 3 do
  if isLeased[ARGV[i]] then
    entries[#entries + 1] = ARGV[i + 1]
    if KEYS[4] then redis.call('ZADD', KEYS[4], ARGV[i + 2], ARGV[i]) end
  end
end
if #entries == 0 then return 0 end
redis.call('RPUSH', KEYS[1], unpack(entries))
if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIREAT', KEYS[1], ARGV[3]) end
redis.call('ZADD', KEYS[2], 'GT', ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[2])
local gone = 0
for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, 2 * #entries)) do
  if redis.call('EXISTS', ARGV[4] .. string.match(entry, '^[^ ]+')) == 1 then break end
  gone = gone + 1
end
if gone > 0 then redis.call('LPOP', KEYS[1], gone) end
return gone
`);

/** Lists leased events in the order they finished, so that the oldest can leave first, and ends their lease. */
export async function keepFinished(
  redis: Redis,
  { shard, until, archive }: Lease,
  events: readonly KeptEvent[],
  now: number,
): Promise<void> {
  const lists = new Map<string, KeptEvent[]>();
  for (const event of events) {
    const member = memberOf(event);
    const list = lists.get(member);
    if (list) list.push(event);
    else lists.set(member, [event]);
  }
  const others = [keys.keptLists(shard), keys.finished(shard), ...(archive ? [keys.unarchived(shard)] : [])];
  await KEEP.each(
    redis,
    [...lists].map(([member, group]) => ({
      keys: [keys.kept(shard, member), ...others],
      args: [
        member,
        now,
        Math.max(...group.map(({ expiresAt }) => expiresAt)),
        keys.event(shard, ''),
        until,
        ...group.flatMap((event) => [event.key, entryOf(event), event.finishedAt]),
      ],
    })),
  );
}

/** What a shard keeps of finished events of some kinds, by kind and app. Reads the ends of every list of these. */
export async function readKept(
  redis: Redis,
  shard: number,
  kinds: readonly KeptKind[] = KEPT_KINDS,
): Promise<KeptList[]> {
  const all = await redis.zrange(keys.keptLists(shard), '0', '-1');
  const members = all.filter((member) => kinds.includes(partsOf(member).kind));
  const read = redis.pipeline();
  for (const member of members) {
    const list = keys.kept(shard, member);
    read
      .llen(list)
      .lrange(list, '0', String(SAMPLE - 1))
      .lrange(list, String(-SAMPLE), '-1');
  }
  const answers = answersOf(await read.exec());
  return members.flatMap((member, i) => {
    const [events, first, last] = answers.slice(3 * i, 3 * i + 3) as [number, string[], string[]];
    const sample = [...first, ...last].map(decodeEntry);
    if (sample.length === 0) return [];
    const each = sample.reduce((sum, { bytes }) => sum + bytes, 0) / sample.length;
    return [{ shard, ...partsOf(member), events, bytes: Math.round(events * each), ...timesOf(first[0] as string) }];
  });
}

/** Entries at each end of a list by which its size is estimated. */
const SAMPLE = 10;

/**
 * Recorded attempts that one script looks through for dead letters: the server does nothing else for some ten
 * milliseconds. The letters of an event with more stay listed until they are read or the list is trimmed.
 */
const MOST_ATTEMPTS = 5000;

/**
 * Deletes the first events of a list. Contains no command that a full server refuses. An event that was reopened by a
 * replay stays; it is listed again when it is done.
 */
const TRIM = script<[number, string]>(`
-- KEYS list of the kind and app, dead letters of the app, root of the shard's keys
-- ARGV received before, finished before, limit
-- returns how many events were deleted, and the entry that comes first now, or ''
local root, trimmed, work = KEYS[3], 0, 0
local function may(entry)
  local received, seconds = string.match(entry, '^e(%w+)%w%w%w%w%w%w%w%w%w ?%w* ?(%w*)$')
  received = tonumber(received, 36)
  seconds = seconds == '' and ${USUAL_SECONDS} or tonumber(seconds, 36)
  return received < tonumber(ARGV[1]) and received + 1000 * seconds < tonumber(ARGV[2])
end
local function of(what, key) return root .. what .. ':' .. key end
local first = redis.call('LINDEX', KEYS[1], 0)
for _ = 1, ARGV[3] do
  if not first or not may(first) or work > ${MOST_ATTEMPTS} then break end
  redis.call('LPOP', KEYS[1])
  local key = string.match(first, '^[^ ]+')
  local is = redis.call('HMGET', of('ev', key), 'exp', 'done')
  if is[2] or not is[1] then
    local attempts = redis.call('HLEN', of('at', key))
    work = work + attempts
    for _, field in ipairs(attempts > ${MOST_ATTEMPTS} and {} or redis.call('HKEYS', of('at', key))) do
      local ordinal = string.match(field, '^d(.+)')
      if ordinal then redis.call('ZREM', KEYS[2], key .. '-' .. ordinal) end
    end
    trimmed = trimmed + redis.call('UNLINK', of('ev', key))
    redis.call('UNLINK', of('plan', key), of('st', key), of('at', key), of('re', key))
  end
  first = redis.call('LINDEX', KEYS[1], 0)
end
return {trimmed, first or ''}
`);

/**
 * Deletes up to `limit` events of a list that were received and finished before some times (epoch ms), oldest first,
 * with everything that is stored of them but the claim of their id, the references by the chat backend's ids, and
 * their places in the lists of events. Returns how many were deleted, and what is left of the list, if anything.
 */
export async function trimKept(
  redis: Redis,
  { list, before, finishedBefore }: TrimStep,
  limit: number,
): Promise<{ trimmed: number; left?: KeptList }> {
  const { shard, appId } = list;
  const [trimmed, first] = await TRIM(
    redis,
    [keys.kept(shard, memberOf(list)), keys.deadLetters(shard, appId), keys.root(shard)],
    [before, finishedBefore, limit],
  );
  if (first === '') return { trimmed };
  const events = Math.max(1, list.events - trimmed);
  const bytes = Math.round((list.bytes * events) / list.events);
  return { trimmed, left: { ...list, events, bytes, ...timesOf(first) } };
}

/** The kind of a finished event. A call with a dead letter is still a call, whose end must find whom it rang. */
export const kindOf = (lane: Lane, hasLetters: boolean): KeptKind => (hasLetters && lane !== 'call' ? 'letters' : lane);

/** The name of a list among all of them. */
export const memberOf = ({ kind, appId }: Pick<KeptList, 'kind' | 'appId'>): string => `${kind}:${appId}`;

function partsOf(member: string): Pick<KeptList, 'kind' | 'appId'> {
  const colon = member.indexOf(':');
  return { kind: member.slice(0, colon) as KeptKind, appId: member.slice(colon + 1) };
}

/** The key of the event in an entry. */
export const keyIn = (entry: string): string => entry.split(' ')[0] as EventRef['key'];

/** `<key>[ <bytes>[ <seconds>]]`, the numbers in base 36. */
function entryOf({ key, bytes, finishedAt }: KeptEvent): string {
  const seconds = Math.ceil((finishedAt - eventKeyTime(key)) / 1000);
  const size = bytes <= 2 * USUAL_BYTES ? USUAL_BYTES : Math.round(bytes);
  if (seconds > USUAL_SECONDS) return `${key} ${size.toString(36)} ${seconds.toString(36)}`;
  return size === USUAL_BYTES ? key : `${key} ${size.toString(36)}`;
}

function decodeEntry(entry: string): { receivedAt: number; bytes: number; seconds: number } {
  const [key, bytes, seconds] = entry.split(' ') as [EventRef['key'], string?, string?];
  return {
    receivedAt: eventKeyTime(key),
    bytes: bytes === undefined ? USUAL_BYTES : Number.parseInt(bytes, 36),
    seconds: seconds === undefined ? USUAL_SECONDS : Number.parseInt(seconds, 36),
  };
}

function timesOf(first: string): Pick<KeptList, 'oldest' | 'finishedAt'> {
  const { receivedAt, seconds } = decodeEntry(first);
  return { oldest: receivedAt, finishedAt: receivedAt + 1000 * seconds };
}
