import type { EventRef, Lane } from '@fanfare/core';
import { ADD_TOGETHER_LUA, type PreparedJobs } from '@fanfare/queue';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { ADMISSION_LUA } from '../admission/admission.lua.ts';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { stateNumber } from '../deliveries/states.ts';
import { FINISH_LUA } from '../event/finish.lua.ts';
import { keys } from '../keys.ts';
import { PLAN_LUA } from './plan.lua.ts';
import { decodeSlice, encodeSlice, type PlannedSlice } from './planned-slice.ts';
import { tally } from './tally.ts';

/**
 * Plans slices of an app's events, adds their jobs and moves the cursors; of the events that are fully planned by then,
 * it gives the places to others and adds their jobs. Of each slice, all is done or nothing. What the slices have in
 * common is written once: most commands are about counts, lists and the queue.
 */
const HAND_OVER = script<(Buffer | number)[]>(`
-- KEYS root of the shard's keys
-- ARGV lane, app, now, then of each slice: event key, key of the job's lock, token, slice number, slice, cursor, last,
--   recipients, deliveries, number of reasons, reason, n …, number of providers, and of each provider: provider,
--   deliveries, options of jobs, number of jobs, id, data, deliveries …
-- returns of each slice: 1 when it is handed over; the slice, if it is planned already; 0 when it is the event's first
--   and the app has as many deliveries ready as it may have; -1 when the lock is lost, -2 when the event is gone or its
--   cursor elsewhere
${FINISH_LUA}
${ADMISSION_LUA}
${LOAD_LUA}
${PLAN_LUA}
${ADD_TOGETHER_LUA}
local root, lane, app, now = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local at = 3

local function take()
  at = at + 1
  return ARGV[at]
end

local function takeSlice()
  local slice = {key = take(), lock = take(), token = take(), number = take(), text = take(), cursor = take(),
    last = take() == '1', recipients = tonumber(take()), deliveries = tonumber(take()), reasons = {}, queues = {}}
  for i = 1, 2 * tonumber(take()) do slice.reasons[i] = take() end
  for i = 1, tonumber(take()) do
    local queue = {provider = take(), deliveries = tonumber(take()), options = take(), jobs = {}}
    for j = 1, 3 * tonumber(take()) do queue.jobs[j] = take() end
    slice.queues[i] = queue
  end
  return slice
end

-- Of each provider the jobs of all slices, and their deliveries.
local added = {}
local function add(queue)
  local all = added[queue.provider]
  if not all then
    all = {options = queue.options, deliveries = 0, jobs = {}}
    added[queue.provider] = all
  end
  all.deliveries = all.deliveries + queue.deliveries
  for i = 1, #queue.jobs, 3 do
    local n = #all.jobs
    all.jobs[n + 1], all.jobs[n + 2], all.jobs[n + 3], all.jobs[n + 4] =
      queue.jobs[i], queue.jobs[i + 1], 0, queue.jobs[i + 2]
  end
end

local loaded, room = isLoaded(root, lane, app, 1)
local left, sizes = {}, {}

local function handOver(slice)
  local key = slice.key
  local record = root .. 'ev:' .. key
  if redis.call('GET', slice.lock) ~= slice.token then return -1 end
  local event = redis.call('HMGET', record, 'slice', 'next', 'exp', 'aud', 'adm', 'lane')
  local stored = redis.call('HGET', root .. 'plan:' .. key, slice.number)
  if stored then return stored end
  if event[1] ~= slice.number or event[6] ~= lane then return -2 end
  -- For later slices, whether there is room was asked before they were decided.
  if slice.number == '0' and slice.deliveries > 0 and (loaded or room <= 0) then return 0 end
  local changes = {'slice', tonumber(slice.number) + 1, 'cursor', slice.cursor}
  if slice.last then changes[5], changes[6] = 'full', 1 end
  storeSlice(root, key, {next = event[2], exp = event[3], aud = event[4]}, slice, changes)
  local most = 0
  for _, queue in ipairs(slice.queues) do
    add(queue)
    most = math.max(most, queue.deliveries)
  end
  room = room - most
  if slice.last then
    if event[5] == '1' then left[#left + 1] = key end
    sizes[#sizes + 1] = (event[2] or 0) + slice.deliveries
    if slice.deliveries == 0 then finish(root, key, ARGV[3]) end
  end
  return 1
end

local answers, isAnyFull = {}, false
while at < #ARGV do
  local slice = takeSlice()
  local answer = handOver(slice)
  answers[#answers + 1] = answer
  isAnyFull = isAnyFull or answer == 1 and slice.last
end
for provider, all in pairs(added) do
  countLoad(root .. 'load', lane, app .. '|' .. provider, ${stateNumber('pending')}, all.deliveries)
  local rank = takeRank(root, 'deliveries-' .. provider .. '-' .. lane, app, all.deliveries)
  for i = 4, #all.jobs, 4 do
    local deliveries = all.jobs[i]
    all.jobs[i] = rank
    rank = rank + deliveries
  end
  addDeliveries(root, provider, lane, now, all.options, all.jobs)
end
if isAnyFull then
  learnSizes(root, lane, app, sizes)
  leaveAll(root, lane, app, left)
  addEvents(root, lane, now, wake(root, lane, app, now))
end
return answers
`);

/** A slice to hand over. */
export interface HandOver {
  /** The event's key. */
  key: string;
  /** The BullMQ lock key of the event's job and this worker's token: a worker that lost its lock hands nothing over. */
  lock: { key: string; token: string };
  /** The slice's number. */
  number: number;
  slice: PlannedSlice;
  /** Its jobs by provider; they count all its deliveries. */
  jobs: readonly PreparedJobs[];
}

/** What came of it. */
export type HandedOver =
  /** It is planned and queued, and the cursor is past it. */
  | { kind: 'done' }
  /** Another worker has planned it, and may not have queued all of it. */
  | { kind: 'planned'; slice: PlannedSlice }
  /** Nothing is written: the slice is its event's first, and the app has as many deliveries ready as it may have. */
  | { kind: 'full' }
  /** Nothing is written: the lock is lost, the event has expired, or its cursor is elsewhere. */
  | { kind: 'fenced' };

/** Whose events they are. */
export interface HandOverTo {
  shard: EventRef['shard'];
  lane: Lane;
  appId: string;
}

/** Jobs per run, about: the server does nothing else for a few milliseconds. */
const MOST_JOBS = 500;

/**
 * Plans slices of one app's events, adds their jobs and moves the cursors, each as one step: after a crash a slice is
 * handed over or not even planned. Answers are in order. `now`: epoch ms.
 */
export async function handOver(
  redis: Redis,
  to: HandOverTo,
  slices: readonly HandOver[],
  now: number,
): Promise<HandedOver[]> {
  const answers = await Promise.all(runsOf(slices).map((run) => runOne(redis, to, run, now)));
  return answers.flat();
}

async function runOne(
  redis: Redis,
  { shard, lane, appId }: HandOverTo,
  slices: readonly HandOver[],
  now: number,
): Promise<HandedOver[]> {
  const args: (string | number | Buffer)[] = [lane, appId, now];
  for (const one of slices) pushArgs(args, one);
  const answers = await HAND_OVER.bytes(redis, [keys.root(shard)], args);
  return answers.map((answer) => {
    if (Buffer.isBuffer(answer)) return { kind: 'planned', slice: decodeSlice(answer) };
    return { kind: answer === 1 ? 'done' : answer === 0 ? 'full' : 'fenced' };
  });
}

function pushArgs(args: (string | number | Buffer)[], { key, lock, number, slice, jobs }: HandOver): void {
  const { reasons, providers, deliveries } = tally(slice);
  args.push(key, lock.key, lock.token, number, encodeSlice(slice), slice.cursor, slice.last ? 1 : 0);
  args.push(slice.recipients.length, deliveries, reasons.size);
  for (const [reason, n] of reasons) args.push(reason, n);
  args.push(jobs.length);
  for (const { provider, options, jobs: some } of jobs) {
    args.push(provider, providers.get(provider) ?? 0, options, some.length);
    for (const { id, data, count } of some) args.push(id, data, count);
  }
}

/** Slices in order, in runs of at most about so many jobs. */
function runsOf(slices: readonly HandOver[]): HandOver[][] {
  const runs: HandOver[][] = [];
  let jobs = Number.POSITIVE_INFINITY;
  for (const slice of slices) {
    const count = slice.jobs.reduce((n, { jobs: some }) => n + some.length, 0);
    if (jobs + count > MOST_JOBS) {
      runs.push([]);
      jobs = 0;
    }
    runs.at(-1)?.push(slice);
    jobs += count;
  }
  return runs;
}
