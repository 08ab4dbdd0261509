import type { DeliveryState, EventRef, ProviderKind, SettledState } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { FINISH_LUA } from '../event/finish.lua.ts';
import { keys, loadField } from '../keys.ts';
import { encodeAttempts, type RecordedAttempt } from './attempts.ts';
import { TRIM_LUA } from './drop-letter.lua.ts';
import { IS_OPEN_LUA, STATE_NAMES_LUA, STATES_LUA, stateNumber, stateOf } from './states.ts';

/** The most dead letters per app and shard; the oldest are dropped. */
const DEAD_LETTERS_CAP = 10_000;

/** A delivery that was given up: the attempts, and the provider's response. Holds no message text and no secret. */
export interface DeadLetter {
  /** The delivery's id. */
  id: string;
  /** The chat backend's id of the event. */
  eventId: string;
  uid: string;
  provider: ProviderKind;
  deviceId?: string | undefined;
  /** The slice of the plan that the delivery is in; absent in letters from before there were packs. */
  slice?: number | undefined;
  /** A stable code: `http_400`, `attempts_exhausted`, … */
  reason: string;
  /** The provider's own message, shortened. */
  detail?: string | undefined;
  /** Attempts spent. */
  attempts: number;
  /** When it was given up, epoch ms. */
  at: number;
}

/** The stored form of a dead letter; its id and time are the key and the score. */
export type DeadLetterRecord = Omit<DeadLetter, 'id' | 'at'>;

/** The approximate limit of attempts as text per delivery: the first and the last matter, a flood of 429s does not. */
const MAX_ATTEMPTS_TEXT = 4000;

/**
 * Moves deliveries from one state to another, and their counts, and records attempts. A settled delivery stays settled,
 * so that running a job twice counts once; and attempts are recorded once, even if the script is run again because its
 * answer was lost. Returns each delivery's previous state.
 */
const SETTLE = script<string | null>(`
-- KEYS event, states, load, open, dead letters, attempts, apps with dead letters
-- ARGV event key, now, cap of dead letters, root of the shard's keys, longest text of attempts, then per group:
--   ordinals (separated by commas), and of each of them: state, load field, dead letter, attempts (a line each)
-- returns each delivery's state before, in order, a digit each; nothing when the event is gone
${FINISH_LUA}
${TRIM_LUA}
${IS_OPEN_LUA}
${LOAD_LUA}
${STATES_LUA}
local NAMES = ${STATE_NAMES_LUA}
local exp = redis.call('HGET', KEYS[1], 'exp')
if not exp then return false end
local loadLane = loadLanes(KEYS[1])
local states = openStates(KEYS[2])

local function record(ordinal, lines)
  local text = redis.call('HGET', KEYS[6], ordinal)
  if text == lines or text and string.sub(text, -1 - #lines) == '\\n' .. lines then return end
  for line in string.gmatch(lines, '[^\\n]+') do
    if text and #text > tonumber(ARGV[5]) then text = string.match(text, '^(.*)\\n') end
    text = (text and text .. '\\n' or '') .. line
  end
  redis.call('HSET', KEYS[6], ordinal, text)
end

-- The sum for each state, so that none is below zero in between.
local load = {}
local function moveLoad(lane, field, state, n)
  local id = lane .. ' ' .. field .. ' ' .. state
  local move = load[id]
  if move then move[4] = move[4] + n else load[id] = {lane, field, state, n} end
end

local before, counts, attempts, letters = {}, {}, false, false
for i = 6, #ARGV, 5 do
  local to, field, letter, lines = tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local settles = not isOpen(to)
  for ordinal in string.gmatch(ARGV[i], '%d+') do
    local from = states.get(ordinal)
    before[#before + 1] = from
    if lines ~= '' then
      record(ordinal, lines)
      attempts = true
    end
    -- A held delivery stays held until it is released, unless an answer settles it that was still on its way.
    if isOpen(from) and from ~= to and (settles or from ~= ${stateNumber('held')}) then
      states.set(ordinal, to)
      if settles then counts[to] = (counts[to] or 0) + 1 end
      local lane = loadLane(ordinal)
      moveLoad(lane, field, from, -1)
      moveLoad(lane, field, to, 1)
      if letter ~= '' then
        redis.call('ZADD', KEYS[5], ARGV[2], ARGV[1] .. '-' .. ordinal)
        redis.call('HSET', KEYS[6], 'd' .. ordinal, letter)
        letters = true
      end
    end
  end
end
states.write()
for to, n in pairs(counts) do redis.call('HINCRBY', KEYS[1], NAMES[to + 1], n) end
for _, move in pairs(load) do countLoad(KEYS[3], unpack(move)) end
if attempts or letters then redis.call('PEXPIREAT', KEYS[6], exp) end
if letters then
  redis.call('SADD', KEYS[7], string.match(ARGV[8], '^[^|]*'))
  if redis.call('PEXPIRETIME', KEYS[7]) < tonumber(exp) then redis.call('PEXPIREAT', KEYS[7], exp) end
  trim(KEYS[5], tonumber(ARGV[3]), ARGV[4], exp)
end
finish(KEYS[1], KEYS[4], ARGV[1], ARGV[2])
return table.concat(before)
`);

/**
 * The new state of a delivery, with the attempts to record: those that were not the only one, or whose details are
 * stored nowhere else. `rejected` includes its dead letter.
 */
export type Settlement = {
  ordinal: number;
  provider: ProviderKind;
  attempts?: readonly RecordedAttempt[] | undefined;
} & ({ state: 'rejected'; deadLetter: DeadLetterRecord } | { state: Exclude<SettledState, 'rejected'> | 'retrying' });

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
  const { keys: names, args } = settleCall({ ref, appId, settlements }, now);
  return statesBefore(await SETTLE(redis, names, args));
}

/** The same for several events in one round trip, each on its own. */
export async function settleEach(
  redis: Redis,
  events: readonly EventSettlements[],
  now: number,
): Promise<DeliveryState[][]> {
  const answers = await SETTLE.each(
    redis,
    events.map((event) => settleCall(event, now)),
  );
  return answers.map(statesBefore);
}

const settleCall = ({ ref: { shard, key }, appId, settlements }: EventSettlements, now: number) => ({
  keys: [
    keys.event(shard, key),
    keys.states(shard, key),
    keys.load(shard),
    keys.open(shard),
    keys.deadLetters(shard, appId),
    keys.attempts(shard, key),
    keys.deadLetterApps(shard),
  ],
  args: [...[key, now, DEAD_LETTERS_CAP, keys.root(shard), MAX_ATTEMPTS_TEXT], ...settlementArgs(appId, settlements)],
});

const statesBefore = (digits: string | null): DeliveryState[] =>
  Array.from(digits ?? '', (digit) => stateOf(Number(digit)));

/** In the order of the settlements. Those in a row that only differ in their ordinal are one group: nearly all are. */
function settlementArgs(appId: string, settlements: readonly Settlement[]): (string | number)[] {
  const args: (string | number)[] = [];
  let first: Settlement | undefined;
  let ordinals = '';
  for (const settlement of settlements) {
    if (first !== undefined && isAlike(first, settlement)) {
      ordinals += `,${settlement.ordinal}`;
      continue;
    }
    if (first !== undefined) args.push(ordinals, ...sharedArgs(appId, first));
    first = settlement;
    ordinals = String(settlement.ordinal);
  }
  if (first !== undefined) args.push(ordinals, ...sharedArgs(appId, first));
  return args;
}

const isAlike = (one: Settlement, other: Settlement): boolean =>
  one.state === other.state && one.provider === other.provider && isBare(one) && isBare(other);

const isBare = ({ state, attempts }: Settlement): boolean =>
  state !== 'rejected' && (attempts === undefined || attempts.length === 0);

const sharedArgs = (appId: string, settlement: Settlement): (string | number)[] => [
  stateNumber(settlement.state),
  loadField(appId, settlement.provider),
  settlement.state === 'rejected' ? JSON.stringify(settlement.deadLetter) : '',
  encodeAttempts(settlement.attempts ?? []),
];
