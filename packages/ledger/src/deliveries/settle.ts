import type { DeliveryState, EventRef } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { FINISH_FIELDS, FINISH_LUA } from '../event/finish.lua.ts';
import { keys } from '../keys.ts';
import { TRIM_LUA } from './drop-letter.lua.ts';
import { GROUP_ARGS, type Settlement, settlementArgs } from './settlement.ts';
import { IS_OPEN_LUA, SETTLED_STATES, STATE_NAMES_LUA, STATES_LUA, stateNumber, stateOf } from './states.ts';

/** The most dead letters per app and shard; the oldest are dropped. */
const DEAD_LETTERS_CAP = 10_000;

/** Where the counts of settled deliveries are among `FINISH_FIELDS`, by the number of their state. */
const COUNTED = SETTLED_STATES.map((state, i) => `[${stateNumber(state)}] = ${i + 3}`).join(', ');

/** The approximate limit of attempts as text per delivery: the first and the last matter, a flood of 429s does not. */
const MAX_ATTEMPTS_TEXT = 4000;

/**
 * Moves deliveries of an app from one state to another, and their counts, and records attempts. A settled delivery
 * stays settled, so that running a job twice counts once; and attempts are recorded once, even if the script is run
 * again because its answer was lost. What the events have in common is written once.
 */
const SETTLE = script<(string | null)[]>(`
-- KEYS root of the shard's keys
-- ARGV app, now, cap of dead letters, longest text of attempts, then of each event: its key, number of groups, and of
--   each group: ordinals (separated by commas), and of each of them: state, load field, dead letter, attempts (a line
--   each)
-- returns of each event its deliveries' states before, in order, a digit each; nothing when the event is gone
${FINISH_LUA}
${TRIM_LUA}
${IS_OPEN_LUA}
${LOAD_LUA}
${STATES_LUA}
local NAMES = ${STATE_NAMES_LUA}
-- Where the count of a state is among the fields that are read.
local COUNTED = { ${COUNTED} }
local root, app, now = KEYS[1], ARGV[1], ARGV[2]
local at = 4

local function take()
  at = at + 1
  return ARGV[at]
end

local function record(attempts, ordinal, lines)
  local text = redis.call('HGET', attempts, ordinal)
  if text == lines or text and string.sub(text, -1 - #lines) == '\\n' .. lines then return end
  for line in string.gmatch(lines, '[^\\n]+') do
    if text and #text > tonumber(ARGV[4]) then text = string.match(text, '^(.*)\\n') end
    text = (text and text .. '\\n' or '') .. line
  end
  redis.call('HSET', attempts, ordinal, text)
end

-- The sum for each state, so that none is below zero in between.
local load = {}
local function moveLoad(lane, field, state, n)
  local id = lane .. ' ' .. field .. ' ' .. state
  local move = load[id]
  if move then move[4] = move[4] + n else load[id] = {lane, field, state, n} end
end

local function group()
  return {ordinals = take(), state = tonumber(take()), field = take(), letter = take(), attempts = take()}
end

-- By lane, each event once.
local done, newly, isListed, lettersUntil = {}, {}, {}, 0

local function settle(key, groups)
  local name, attempts = root .. 'ev:' .. key, root .. 'at:' .. key
  local event = redis.call('HMGET', name, ${FINISH_FIELDS}, 'exp', 'moved')
  local lane, exp, moved = event[8], event[11], tonumber(event[12] or 0)
  if not exp then return false end
  local states = openStates(root .. 'st:' .. key)
  local before, changed, hasAttempts = {}, {}, false
  for _, group in ipairs(groups) do
    local to, settles = group.state, not isOpen(group.state)
    for ordinal in string.gmatch(group.ordinals, '%d+') do
      local from = states.get(ordinal)
      before[#before + 1] = from
      if group.attempts ~= '' then
        record(attempts, ordinal, group.attempts)
        hasAttempts = true
      end
      -- A held delivery stays held until it is released, unless an answer settles it that was still on its way.
      if isOpen(from) and from ~= to and (settles or from ~= ${stateNumber('held')}) then
        states.set(ordinal, to)
        if settles then
          local i = COUNTED[to]
          event[i] = (event[i] or 0) + 1
          changed[to] = event[i]
        end
        -- Those planned before the event moved to the bulk lane stay in chat.
        local counts = tonumber(ordinal) < moved and 'chat' or lane
        moveLoad(counts, group.field, from, -1)
        moveLoad(counts, group.field, to, 1)
        if group.letter ~= '' then
          redis.call('ZADD', root .. 'dl:' .. app, now, key .. '-' .. ordinal)
          redis.call('HSET', attempts, 'd' .. ordinal, group.letter)
          hasAttempts, lettersUntil = true, math.max(lettersUntil, tonumber(exp))
        end
      end
    end
  end
  states.write()
  if hasAttempts then redis.call('PEXPIREAT', attempts, exp) end
  local changes = {}
  for to, n in pairs(changed) do changes[#changes + 1], changes[#changes + 2] = NAMES[to + 1], n end
  if isDone(event) and not isListed[key] then
    isListed[key] = true
    done[lane], newly[lane] = done[lane] or {}, newly[lane] or {}
    table.insert(done[lane], key)
    if not event[10] then
      changes[#changes + 1], changes[#changes + 2] = 'done', now
      table.insert(newly[lane], key)
    end
  end
  if #changes > 0 then redis.call('HSET', name, unpack(changes)) end
  return table.concat(before)
end

local answers = {}
while at < #ARGV do
  local key, groups = take(), {}
  for i = 1, tonumber(take()) do groups[i] = group() end
  answers[#answers + 1] = settle(key, groups)
end
for _, move in pairs(load) do countLoad(root .. 'load', unpack(move)) end
for lane, keys in pairs(done) do finishAll(root, lane, app, keys, newly[lane], now) end
if lettersUntil > 0 then
  local apps = root .. 'dl-apps'
  redis.call('SADD', apps, app)
  if redis.call('PEXPIRETIME', apps) < lettersUntil then redis.call('PEXPIREAT', apps, lettersUntil) end
  trim(root .. 'dl:' .. app, tonumber(ARGV[3]), root, lettersUntil)
end
return answers
`);

/** Settlements of one event. */
export interface EventSettlements {
  ref: EventRef;
  appId: string;
  settlements: readonly Settlement[];
}

/**
 * Settles deliveries of one event. Returns each one's previous state, in order; a settled one is left unchanged. Empty
 * when the event's record has expired. Running it again with the same settlements changes nothing.
 */
export async function settle(
  redis: Redis,
  ref: EventRef,
  appId: string,
  settlements: readonly Settlement[],
  now: number,
): Promise<DeliveryState[]> {
  const [before = []] = await settleEach(redis, [{ ref, appId, settlements }], now);
  return before;
}

/** Settlements per run, about: the server does nothing else for a millisecond or two. */
const MOST_SETTLEMENTS = 1000;

/** The same for several events in one round trip, those of an app and shard in one script. */
export async function settleEach(
  redis: Redis,
  events: readonly EventSettlements[],
  now: number,
): Promise<DeliveryState[][]> {
  const answers: DeliveryState[][] = [];
  await Promise.all(
    runsOf(events).map(async (run) => {
      const { ref, appId } = run.events[0];
      const args: (string | number)[] = [appId, now, DEAD_LETTERS_CAP, MAX_ATTEMPTS_TEXT];
      for (const { ref: one, settlements } of run.events) {
        const groups = settlementArgs(appId, settlements);
        args.push(one.key, groups.length / GROUP_ARGS, ...groups);
      }
      const before = await SETTLE(redis, [keys.root(ref.shard)], args);
      for (const [n, i] of run.places.entries()) answers[i] = statesBefore(before[n] ?? null);
    }),
  );
  return answers;
}

/** Events that one script settles, and their places among all. */
interface Run {
  events: [EventSettlements, ...EventSettlements[]];
  places: number[];
  settlements: number;
}

function runsOf(all: readonly EventSettlements[]): Run[] {
  const runs: Run[] = [];
  const last = new Map<string, Run>();
  for (const [i, event] of all.entries()) {
    const id = `${event.ref.shard} ${event.appId}`;
    const { length } = event.settlements;
    const run = last.get(id);
    if (run && run.settlements + length <= MOST_SETTLEMENTS) {
      run.events.push(event);
      run.places.push(i);
      run.settlements += length;
      continue;
    }
    const next: Run = { events: [event], places: [i], settlements: length };
    runs.push(next);
    last.set(id, next);
  }
  return runs;
}

const statesBefore = (digits: string | null): DeliveryState[] =>
  Array.from(digits ?? '', (digit) => stateOf(Number(digit)));
