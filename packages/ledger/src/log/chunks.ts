import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';

/**
 * A list of texts without spaces, read in order, in chunks: strings to which texts are appended as they come, each
 * followed by a space. A run of texts is one command and takes no more memory than its length. `list` is the key of a
 * sorted set with the name of each chunk, and the prefix of their keys. A chunk has the texts from its name up to the
 * next one's, in any order; the first chunk also has those below its name.
 */

/** Bytes after which a chunk is followed by another: some 250 event keys. */
const FULL = 5000;

/** Bytes after which a chunk is split: one to which texts came that sort before its last, by a clock that is behind. */
const MOST = 4 * FULL;

/** Bytes at the end of a chunk that contain its last text: event keys have 18. */
const LONGEST = 64;

/** Most texts appended at once. */
const RUN = 250;

/** By which part a chunk is kept longer than asked, so that not every text renews it. */
const SPARE = 24;

const CHUNK_LUA = `
local function chunkOf(list, text)
  return redis.call('ZRANGE', list, '[' .. text, '-', 'BYLEX', 'REV', 'LIMIT', 0, 1)[1]
    or redis.call('ZRANGE', list, 0, 0)[1]
end

local function textsIn(data)
  local texts = {}
  for text in string.gmatch(data, '%S+') do texts[#texts + 1] = text end
  return texts
end

-- Sorts texts, each once.
local function inOrder(texts)
  table.sort(texts)
  local once = {}
  for n, text in ipairs(texts) do
    if text ~= texts[n - 1] then once[#once + 1] = text end
  end
  return once
end`;

/**
 * Lua: adds texts, and now and then drops the first chunks if the keys (`about` and the text) of all their texts are
 * gone. The list is kept as long (`ttl`, ms) as the text that is kept longest, and up to a twenty-fourth longer.
 */
export const ADD_TO_CHUNKS_LUA = `
${CHUNK_LUA}
local function addToChunks(list, ttl, about, texts)
  local function key(chunk) return list .. ':' .. chunk end
  local function start(name)
    redis.call('ZADD', list, 0, name)
    return name
  end
  local function keep(each)
    if redis.call('PTTL', each) < ttl then redis.call('PEXPIRE', each, ttl + math.ceil(ttl / ${SPARE})) end
  end
  local function followerOf(chunk)
    return redis.call('ZRANGE', list, '(' .. chunk, '+', 'BYLEX', 'LIMIT', 0, 1)[1]
  end
  -- Moves the last quarter of a chunk to a new one. The first chunk is named anew if texts came below its name: the
  -- quarter might begin below it too.
  local function split(chunk)
    local all, expires = inOrder(textsIn(redis.call('GET', key(chunk)))), redis.call('PEXPIRETIME', key(chunk))
    local function write(name, from, to)
      redis.call('SET', key(name), table.concat(all, ' ', from, to) .. ' ', 'PXAT', expires)
    end
    local name, half = chunk, math.ceil(#all * 3 / 4)
    if all[1] < chunk then
      name = start(all[1])
      redis.call('ZREM', list, chunk)
      redis.call('DEL', key(chunk))
    end
    write(name, 1, half)
    if all[half + 1] then write(start(all[half + 1]), half + 1, #all) end
  end
  local function lastIn(data)
    local last = ''
    for text in string.gmatch(data, '%S+') do
      if text > last then last = text end
    end
    return last
  end
  -- Returns the chunk for a text, before what it ends, and whether one was completed.
  local function place(text)
    local chunk = chunkOf(list, text)
    if not chunk then return start(text) end
    local after, size = followerOf(chunk), redis.call('STRLEN', key(chunk))
    if size >= ${MOST} then
      split(chunk)
      return place(text)
    end
    if after or size < ${FULL} then return chunk, after end
    local data = redis.call('GET', key(chunk))
    local last = lastIn(data)
    if text <= last then return chunk, last end
    -- Without the room to grow that APPEND has left.
    redis.call('SET', key(chunk), data, 'KEEPTTL')
    return start(text), nil, true
  end
  -- Drops up to two, so that this keeps up with new chunks.
  local function dropGone()
    for _, chunk in ipairs(redis.call('ZRANGE', list, 0, 1)) do
      -- Usually its last text is enough to know.
      local last = string.match(redis.call('GETRANGE', key(chunk), -${LONGEST}, -1), '(%S+) $')
      if last and redis.call('EXISTS', about .. last) == 1 then return end
      local subjects = textsIn(redis.call('GET', key(chunk)) or '')
      for n, text in ipairs(subjects) do subjects[n] = about .. text end
      if #subjects > 0 and redis.call('EXISTS', unpack(subjects)) > 0 then return end
      redis.call('DEL', key(chunk))
      redis.call('ZREM', list, chunk)
    end
  end

  local function append(chunk, from, to)
    redis.call('APPEND', key(chunk), table.concat(texts, ' ', from, to) .. ' ')
    keep(key(chunk))
  end

  local first, greatest = texts[1], texts[1]
  for _, text in ipairs(texts) do
    if text < first then first = text elseif text > greatest then greatest = text end
  end
  local chunk, after, isDue = place(first)
  -- Usually all go into one chunk, in any order: to sort them takes longer than all the rest.
  if #texts <= ${RUN} and not (after and greatest >= after) then
    append(chunk, 1, #texts)
  else
    table.sort(texts)
    local i = 1
    while i <= #texts do
      local isNew, last = false, i
      chunk, after, isNew = place(texts[i])
      while last < #texts and last - i < ${RUN - 1} and not (after and texts[last + 1] >= after) do last = last + 1 end
      append(chunk, i, last)
      i, isDue = last + 1, isDue or isNew
    end
  end
  keep(list)
  if isDue then dropGone() end
end`;

const ADD = script<null>(`
-- KEYS list
-- ARGV time to live, prefix of the keys that texts are about, texts …
-- returns nothing
${ADD_TO_CHUNKS_LUA}
local texts = {}
for i = 3, #ARGV do texts[i - 2] = ARGV[i] end
addToChunks(KEYS[1], tonumber(ARGV[1]), ARGV[2], texts)
`);

/** Adds texts; `keepMs` is how long they are kept, `about` the prefix of the keys that they are about. */
export const addToChunks = async (
  redis: Redis,
  list: string,
  texts: readonly string[],
  { keepMs, about }: { keepMs: number; about: string },
): Promise<void> => {
  await ADD(redis, [list], [keepMs, about, ...texts]);
};

/** Lua: reads a chunk. Those of an older version are sorted sets. */
const READ_CHUNK_LUA = `
${CHUNK_LUA}
local function readChunk(key)
  if redis.call('TYPE', key).ok == 'zset' then return redis.call('ZRANGE', key, 0, -1) end
  return textsIn(redis.call('GET', key) or '')
end`;

const HAS = script<number>(`
-- KEYS list
-- ARGV text
-- returns 1 when the list has the text, else 0
${CHUNK_LUA}
local chunk = chunkOf(KEYS[1], ARGV[1])
if not chunk then return 0 end
local key = KEYS[1] .. ':' .. chunk
if redis.call('TYPE', key).ok == 'zset' then return redis.call('ZSCORE', key, ARGV[1]) and 1 or 0 end
-- A search costs a fraction of reading the texts.
return string.find(' ' .. (redis.call('GET', key) or ''), ' ' .. ARGV[1] .. ' ', 1, true) and 1 or 0
`);

/** Whether a list has a text. */
export const isInChunks = async (redis: Redis, list: string, text: string): Promise<boolean> =>
  (await HAS(redis, [list], [text])) === 1;

/** Which texts: bounds as ZRANGE BYLEX takes them, in this order or in reverse. */
export interface ChunkRange {
  min: string;
  max: string;
  limit: number;
  reverse: boolean;
}

const READ = script<string[]>(`
-- KEYS list
-- ARGV lower bound, upper bound, limit, 1 to begin with the last
-- returns the texts in order
${READ_CHUNK_LUA}
local list, min, max, limit, reverse = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local low, high = string.sub(min, 2), string.sub(max, 2)
local withLow, withHigh = string.sub(min, 1, 1) == '[', string.sub(max, 1, 1) == '['
local function isWithin(text)
  return (text > low or withLow and text == low) and (text < high or withHigh and text == high)
end
local function rank(bound) return math.max(0, redis.call('ZLEXCOUNT', list, '-', bound) - 1) end
local from, to, step = rank(min), rank(max), 1
if reverse then from, to, step = to, from, -1 end
local texts = {}
for i = from, to, step do
  local chunk = redis.call('ZRANGE', list, i, i)[1]
  if not chunk or #texts >= limit then break end
  local some = {}
  for _, text in ipairs(readChunk(list .. ':' .. chunk)) do
    if isWithin(text) then some[#some + 1] = text end
  end
  some = inOrder(some)
  for n = 1, math.min(#some, limit - #texts) do texts[#texts + 1] = some[reverse and #some + 1 - n or n] end
end
return texts
`);

/** The texts of a list within bounds, each once. */
export const readChunks = (redis: Redis, list: string, { min, max, limit, reverse }: ChunkRange): Promise<string[]> =>
  READ(redis, [list], [min, max, limit, reverse ? 1 : 0]);
