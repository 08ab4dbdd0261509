import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { type Gate, gateId } from './gate-id.ts';

/** A gate that is open for all senders: what would pass it is held. It is closed when there is no such entry. */
export interface OpenGate {
  /** Nothing is sent until then (epoch ms); after that, one trial after the other. */
  openUntil: number;
  /** When it opened, epoch ms. */
  since: number;
  /** A stable code: `http_503`, `timeout`, … */
  reason: string;
}

/** How long a gate stays open, ms. */
export interface OpenFor {
  /** The shortest pause. */
  leastMs: number;
  /** The longest pause between two trials. */
  mostMs: number;
  /** The pause the provider asked for, if it did; up to a minute it counts instead of the two others. */
  askedMs?: number | undefined;
}

/** Why and when a gate opens. */
interface Opened {
  now: number;
  reason: string;
  /** The token of the trial that failed, and when that began. */
  trial?: string | undefined;
  triedAt?: number | undefined;
}

/** A pause that a provider asks for is heeded up to this: then one trial shows whether it still stands. */
const LONGEST_ASKED_MS = 60_000;

/** The pause between two trials, as a share of how long the gate has been open: soon used again, rarely tried. */
export const PAUSE_SHARE = 64;

/** How long a gate is remembered after its pause, should no one try it. */
const KEPT_MS = 600_000;

/**
 * The shortest time between the beginnings of two trials of a webhook, ms. Its trials overlap: one that hangs says
 * nothing until its timeout of two seconds, and by then the endpoint may have been up for a while.
 */
export const BETWEEN_TRIALS_MS = 1000;

/** The same of FCM and APNs: longer than their timeout, so that a credential has one trial at a time. */
const BETWEEN_PUSH_TRIALS_MS = 11_000;

/** A call cannot wait so long: it has two. */
const BETWEEN_CALL_TRIALS_MS = 5000;

function betweenTrials({ provider, lane }: Gate): number {
  if (provider === 'custom') return BETWEEN_TRIALS_MS;
  return lane === 'call' ? BETWEEN_CALL_TRIALS_MS : BETWEEN_PUSH_TRIALS_MS;
}

/**
 * A delivery this close to its deadline is tried although its gate is open: there is no later chance. It need not wait
 * for a trial that hangs, which may take longer than it has.
 */
export const LAST_TRY_MS = 2000;

/** The shortest time between two last chances of a gate whose trial has no answer, ms. */
const BETWEEN_LAST_CHANCES_MS = 1000;

/** Lua: the share of the time since a gate opened that one waits for the next trial, not less and not more than. */
const PAUSE_LUA = `
local function pauseAfter(since, now, least, most)
  return math.floor(math.max(least, math.min((now - since) / ${PAUSE_SHARE}, most)))
end`;

/**
 * Opens a closed gate after sends have failed: while it is open, failures of sends that were under way are no news.
 * Postpones an open one after a trial has failed; if another is under way, only what that trial's start allows. A trial
 * that fails after another has closed the gate is no news either.
 */
const OPEN = script<string | null>(`
-- KEYS gate, trial, gates by next look
-- ARGV gate, now, least pause, most, asked for, reason, trial's token or nothing, when the trial began or now
-- returns the gate's entry, or nothing when it is closed
${PAUSE_LUA}
local entry, isTrial = redis.call('GET', KEYS[1]), ARGV[7] ~= ''
local now, since = tonumber(ARGV[2]), tonumber(ARGV[2])
if not entry == isTrial then return entry end
if entry then since = tonumber(string.match(entry, '^%d+ (%d+)')) end
local pause = tonumber(ARGV[5])
if pause < 0 then
  pause = math.max(0, pauseAfter(since, now, ARGV[3], ARGV[4]) - (now - ARGV[8]))
  local isLast = not isTrial or redis.call('GET', KEYS[2]) == ARGV[7]
  if not isLast then pause = math.max(0, math.min(pause, tonumber(string.match(entry, '^%d+')) - now)) end
end
entry = string.format('%d %d %s', now + pause, since, ARGV[6])
redis.call('SET', KEYS[1], entry, 'PX', pause + ${KEPT_MS})
if redis.call('GET', KEYS[2]) == ARGV[7] then redis.call('DEL', KEYS[2]) end
redis.call('ZADD', KEYS[3], 'XX', now + pause, ARGV[1])
return entry
`);

const CLOSE = script<string | null>(`
-- KEYS gate, trial, gates by next look, held deliveries by gate
-- ARGV gate, now
-- returns how many deliveries are held, or nothing
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZADD', KEYS[3], 'XX', ARGV[2], ARGV[1])
return redis.call('HGET', KEYS[4], ARGV[1])
`);

const TRY = script<number>(`
-- KEYS gate, trial, last chance
-- ARGV now, when the last chance begins, token, shortest time between two trials
-- returns 1 to send as a trial, 0 when the gate is closed, -1 when it is open or another trial has just begun
${PAUSE_LUA}
local entry = redis.call('GET', KEYS[1])
if not entry then return 0 end
local opens, since = string.match(entry, '^(%d+) (%d+)')
local now = tonumber(ARGV[1])
local isLastChance = now >= tonumber(ARGV[2])
if tonumber(opens) > now and not isLastChance then return -1 end
local pause = pauseAfter(since, now, tonumber(ARGV[4]), ${LONGEST_ASKED_MS})
if redis.call('SET', KEYS[2], ARGV[3], 'PX', pause, 'NX') then return 1 end
if not isLastChance then return -1 end
return redis.call('SET', KEYS[3], ARGV[3], 'PX', ${BETWEEN_LAST_CHANCES_MS}, 'NX') and 1 or -1
`);

const END_TRIAL = script<null>(`
-- KEYS trial, last chance
-- ARGV token
-- returns nothing
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
`);

/**
 * Opens a gate for all senders of a shard, and returns how it stands now. It stays open for a share of the time since
 * it first opened, so that an endpoint is used again soon after it works again. `trial`: the token of the trial that
 * failed; `triedAt`: when it began. The pause counts from then, since a trial that hung was a pause itself. Undefined
 * if another trial has closed the gate meanwhile.
 */
export async function openGate(
  redis: Redis,
  shard: number,
  gate: Gate,
  { now, reason, trial = '', triedAt = now, ...pause }: OpenFor & Opened,
): Promise<OpenGate | undefined> {
  const id = gateId(gate);
  const asked = pause.askedMs === undefined ? -1 : Math.min(pause.askedMs, LONGEST_ASKED_MS);
  const entry = await OPEN(
    redis,
    [keys.gate(shard, id), keys.trial(shard, id), keys.heldDue(shard, gate.provider)],
    [id, now, pause.leastMs, pause.mostMs, asked, reason, trial, triedAt],
  );
  return entry === null ? undefined : decodeEntry(entry);
}

/** Closes a gate after a trial was accepted. Returns how many deliveries are held for it. */
export async function closeGate(redis: Redis, shard: number, gate: Gate, now: number): Promise<number> {
  const id = gateId(gate);
  const held = await CLOSE(
    redis,
    [keys.gate(shard, id), keys.trial(shard, id), keys.heldDue(shard, gate.provider), keys.held(shard)],
    [id, now],
  );
  return Number(held ?? 0);
}

/**
 * Whether a send may pass a gate that was seen open: as the fleet's next trial, if its pause is over or this is the
 * delivery's last chance; or because it has closed. While a trial has no answer, one last chance a second is tried too.
 */
export async function claimTrial(
  redis: Redis,
  shard: number,
  gate: Gate,
  { now, deadlineAt, token }: { now: number; deadlineAt: number; token: string },
): Promise<'trial' | 'closed' | 'open'> {
  const id = gateId(gate);
  const answer = await TRY(
    redis,
    [keys.gate(shard, id), keys.trial(shard, id), keys.lastChance(shard, id)],
    [now, lastTryAt(deadlineAt), token, betweenTrials(gate)],
  );
  return answer === 1 ? 'trial' : answer === 0 ? 'closed' : 'open';
}

/** Ends a trial that sent nothing, so that the next need not wait. One that has begun since goes on. */
export const endTrial = async (redis: Redis, shard: number, gate: Gate, token: string): Promise<void> => {
  const id = gateId(gate);
  await END_TRIAL(redis, [keys.trial(shard, id), keys.lastChance(shard, id)], [token]);
};

/** How these gates stand, in their order; undefined for a closed one. */
export async function readGates(
  redis: Redis,
  shard: number,
  gates: readonly Gate[],
): Promise<(OpenGate | undefined)[]> {
  if (gates.length === 0) return [];
  const entries = await redis.mget(...gates.map((gate) => keys.gate(shard, gateId(gate))));
  return entries.map((entry) => (entry === null ? undefined : decodeEntry(entry)));
}

/** Decodes a gate's entry. */
export function decodeEntry(entry: string): OpenGate {
  const [openUntil, since, ...reason] = entry.split(' ');
  return { openUntil: Number(openUntil), since: Number(since), reason: reason.join(' ') };
}

/** When a delivery with this deadline is tried although its gate is open. */
export const lastTryAt = (deadlineAt: number): number => deadlineAt - LAST_TRY_MS;
