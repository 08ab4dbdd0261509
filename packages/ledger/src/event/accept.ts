import { createHash } from 'node:crypto';
import type { AcceptedEvent, EventRef, Lane } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { ADMISSION_LUA } from '../admission/admission.lua.ts';
import { rankOf } from '../admission/admission.ts';
import { LENGTH as ID_LENGTH } from '../buckets/bucket.ts';
import { keys } from '../keys.ts';
import { INDEX_LUA } from '../log/event-index.ts';
import { CLAIM_LUA, locate } from './claim.ts';
import { type EncodedEvent, EventEncoder, linesOf } from './encoded-event.ts';
import { COUNT_OPEN } from './open-usage.ts';

const HOUR = 3_600_000;

/** How long all data of an event is kept. */
export const RETENTION_MS: Record<Lane, number> = { call: 7 * 24 * HOUR, chat: 7 * 24 * HOUR, bulk: 24 * HOUR };

/**
 * Claim, body, lists and admission of some events of one app and lane, in one script: of each, all is stored or
 * nothing.
 */
const ACCEPT = script<[admitted: number, rank: number, ...known: (number | string)[]]>(`
-- KEYS root of the shard's keys
-- ARGV app, lane, retention, and the events in one text: of each, name and field of its id, its key, a space, when it
--   was received, and ev on two lines
-- returns how many of the new events are admitted, the first ones, and the rank of the first, or 0; then of each event
--   that is not new its number, the key of the event that was accepted with its id, or '' if its own key is taken, and
--   the lane to which the job of that event must be added, or '' if none must be: it waits to be admitted, is fully
--   planned or no longer kept
${COUNT_OPEN}
${ADMISSION_LUA}
${CLAIM_LUA}
${INDEX_LUA}
local root, app, lane, retention = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local ids, room, rank = root .. 'ids:' .. app .. ':', nil, 0
local known = {}
local new, all, admitted, waiting, bytes, last, days = {}, {}, {}, {}, 0, 0, {}

local function add(list, first, second)
  local n = #list
  list[n + 1], list[n + 2] = first, second
end

-- As text, since a number is formatted anew for each command; those of a run were hardly received at different times.
local expiries = {}
local function expiryOf(at)
  if not expiries[at] then expiries[at] = string.format('%d', at + retention) end
  return expiries[at]
end

-- Stores an event whose key is free.
local function store(event, key, at, received, ev)
  room = room or roomFor(root, lane, app)
  local isAdmitted = #admitted / 2 < room
  local exp = expiryOf(received)
  redis.call('HSET', event, 'at', at, 'exp', exp, 'app', app, 'lane', lane, 'ev', ev, 'slice', '0',
    'adm', isAdmitted and '1' or '0')
  redis.call('PEXPIREAT', event, exp)
  new[#new + 1] = key
  add(all, at, key)
  add(isAdmitted and admitted or waiting, at, key)
  bytes, last = bytes + #ev, math.max(last, received)
end

local keys, parts, offered, from = {}, {}, ARGV[4], 1
while from <= #offered do
  local space = string.find(offered, ' ', from, true)
  local ev = string.find(offered, '\\n', space, true) + 1
  local body = string.find(offered, '\\n', ev, true) + 1
  local stop = string.find(offered, '\\n', body, true)
  local key = string.sub(offered, from + ${ID_LENGTH}, space - 1)
  keys[#keys + 1] = root .. 'ev:' .. key
  parts[#parts + 1] = {string.sub(offered, from, from + ${ID_LENGTH - 1}), key, string.sub(offered, space + 1, ev - 2),
    string.sub(offered, ev, stop - 1)}
  from = stop + 1
end

-- One question for all: a key is hardly ever taken.
local taken = {}
local areFree = redis.call('EXISTS', unpack(keys)) == 0

for n, event in ipairs(keys) do
  local id, key, at, ev = unpack(parts[n])
  local received = tonumber(at)
  local claimed, isNew = claim(ids, id, key, received, retention, days)
  if not isNew then
    local first = redis.call('HMGET', root .. 'ev:' .. claimed, 'lane', 'adm', 'full')
    add(known, n, claimed)
    known[#known + 1] = (not first[1] or first[2] == '0' or first[3]) and '' or first[1]
  elseif taken[key] or not areFree and redis.call('EXISTS', event) == 1 then
    unclaim(ids, id, received)
    add(known, n, '')
    known[#known + 1] = ''
  else
    taken[key] = true
    store(event, key, at, received, ev)
  end
end
if #new > 0 then
  listDays(root, app, days)
  redis.call('ZADD', root .. 'open:' .. lane, unpack(all))
  indexAll(root, app, retention, new)
  countOpen(root, lane, app, #new, bytes, last + retention)
  rank = admitAll(root, lane, app, admitted)
  waitAll(root, lane, app, waiting)
end
return {#admitted / 2, rank, unpack(known)}
`);

/** The result of offering an event. */
export interface Acceptance extends EventRef {
  /**
   * True when the id was taken within the last 24 hours: this event was not stored, and the ref is the earlier one's.
   */
  duplicate: boolean;
  /**
   * The lane to which the event's job must be added, for a duplicate as well: its job may have been lost. Undefined
   * while the event waits to be admitted, and once it is fully planned.
   */
  queueIn?: Lane | undefined;
  /** Its rank among the jobs of that lane, if it has one. */
  rank?: number | undefined;
}

/** An event to accept. */
export interface OfferedEvent {
  accepted: AcceptedEvent;
  /** Overrides `RETENTION_MS` for this event. */
  retentionMs?: number | undefined;
}

/** Events per script: the server does nothing else for a millisecond or two. */
const BATCH = 100;

/**
 * Stores events, each once per app and id; answers are in the order of the events. Once an answer is an `Acceptance`,
 * its event is as durable as the server's AOF setting allows. An error in its place means that the event may or may not
 * be stored, and retrying is safe; or that its key is that of another event: retry with a new key. No event of one app
 * affects those of another.
 * @param shards How many shards events are spread over now.
 * @param all How many shards may hold events.
 */
export async function acceptEncoded(
  redis: Redis,
  events: readonly EncodedEvent[],
  shards: number,
  all: number = shards,
): Promise<(Acceptance | Error)[]> {
  const locations =
    all === 1
      ? events.map(() => 0)
      : await Promise.all(events.map((event) => shardOf(redis, event, shards).catch((error: Error) => error)));
  const answers: (Acceptance | Error | undefined)[] = locations.map((found) =>
    found instanceof Error ? found : undefined,
  );
  await Promise.all(
    groupsOf(events, locations).map(async (group) => {
      const stored = await acceptGroup(redis, group, events).catch((error: Error) => group.members.map(() => error));
      for (const [n, i] of group.members.entries()) answers[i] = stored[n];
    }),
  );
  return answers as (Acceptance | Error)[];
}

/** The same of events that are not encoded yet. */
export function acceptEvents(
  redis: Redis,
  offers: readonly OfferedEvent[],
  shards: number,
  all: number = shards,
): Promise<(Acceptance | Error)[]> {
  const encoder = new EventEncoder();
  const events = offers.map(({ accepted, retentionMs }) =>
    encoder.encode(accepted, retentionMs ?? RETENTION_MS[accepted.lane]),
  );
  encoder.finish();
  return acceptEncoded(redis, events, shards, all);
}

/** Accepts one event. @throws what `acceptEvents` answers in its place. */
export async function acceptEvent(
  redis: Redis,
  accepted: AcceptedEvent,
  { shards, retentionMs }: { shards: number; retentionMs?: number },
): Promise<Acceptance> {
  const [answer] = await acceptEvents(redis, [{ accepted, retentionMs }], shards);
  if (answer instanceof Error) throw answer;
  return answer as Acceptance;
}

/** Events, by index, that one script stores. */
interface Group extends Pick<EncodedEvent, 'appId' | 'lane' | 'retentionMs'> {
  shard: number;
  members: number[];
}

function groupsOf(events: readonly EncodedEvent[], locations: readonly (number | Error)[]): Group[] {
  const groups: Group[] = [];
  for (let i = 0; i < events.length; i += 1) {
    const { appId, lane, retentionMs } = events[i] as EncodedEvent;
    const shard = locations[i];
    if (typeof shard !== 'number') continue;
    // The latest first: its neighbours are of one app, as a rule.
    const group = groups.findLast(
      (one) =>
        one.appId === appId &&
        one.lane === lane &&
        one.shard === shard &&
        one.retentionMs === retentionMs &&
        one.members.length < BATCH,
    );
    if (group) group.members.push(i);
    else groups.push({ shard, appId, lane, retentionMs, members: [i] });
  }
  return groups;
}

async function acceptGroup(
  redis: Redis,
  { shard, appId, lane, retentionMs, members }: Group,
  events: readonly EncodedEvent[],
): Promise<(Acceptance | Error)[]> {
  // One argument: four for each event would cost the client and the server 3 µs more.
  const lines = linesOf(members.map((i) => events[i] as EncodedEvent));
  const [admitted, first, ...known] = await ACCEPT(redis, [keys.root(shard)], [appId, lane, retentionMs, lines]);
  const answers = new Array<Acceptance | Error | undefined>(members.length);
  for (let i = 0; i < known.length; i += 3) {
    const [n, key, queueIn] = known.slice(i, i + 3) as [number, string, Lane | ''];
    // Its own if the script was sent again after a lost connection.
    const duplicate = key !== events[members[n - 1] as number]?.key;
    if (key === '') answers[n - 1] = new Error('the event key is taken');
    else answers[n - 1] = { key, shard, duplicate, queueIn: queueIn === '' ? undefined : queueIn };
  }
  let [left, rank] = [admitted, rankOf(first)];
  return members.map((i, n) => {
    const answer = answers[n];
    if (answer) return answer;
    const { key } = events[i] as EncodedEvent;
    if (left === 0) return { key, shard, duplicate: false };
    left -= 1;
    return { key, shard, duplicate: false, queueIn: lane, rank: rank === undefined ? undefined : rank++ };
  });
}

/**
 * The shard of this (app, event id): the one assigned first, else by its conversation. Stored before the event, so that
 * a repeat with another body, or after the number of shards has changed, finds the first.
 */
async function shardOf(
  redis: Redis,
  { appId, id, conversation, receivedAt, retentionMs }: EncodedEvent,
  shards: number,
): Promise<number> {
  const mine = shardByHash(appId, conversation, shards);
  return locate(redis, { appId, eventId: id }, mine, receivedAt, retentionMs);
}

/** Spreads evenly; events of one conversation share a shard, so that a cancelled call finds its ring. */
const shardByHash = (appId: string, conversation: string, shards: number): number =>
  createHash('sha1').update(`${appId}\n${conversation}`).digest().readUInt32BE() % shards;
