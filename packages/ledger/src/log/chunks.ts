import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';

/**
 * A sorted list of texts in chunks. A sorted set of up to 128 members is a listpack with any server's defaults, which
 * takes a quarter of the memory of a larger one. `list` is the key of a sorted set with the first text of each chunk,
 * and the prefix of their keys.
 */
const FULL = 128;

/** Texts that stay when a full chunk is split: most, since those that come late are among the last. */
const SPLIT = 96;

/** After how many new texts the first ones are checked, and how many for each: more than one, so that it keeps up. */
const EVERY = 8;
const CHECKED = 2;

/** By which part a chunk is kept longer than asked, so that not every text renews it. */
const SPARE = 24;

const CHUNK_LUA = `
local function chunkOf(list, text)
  return redis.call('ZRANGE', list, '[' .. text, '-', 'BYLEX', 'REV', 'LIMIT', 0, 1)[1]
    or redis.call('ZRANGE', list, 0, 0)[1]
end

local function followerOf(list, chunk)
  return redis.call('ZRANGE', list, '(' .. chunk, '+', 'BYLEX', 'LIMIT', 0, 1)[1]
end`;

/**
 * Lua: adds texts, each once, and now and then drops some of the first whose keys (`about` and the text) are gone. The
 * list is kept as long (`ttl`, ms) as the text that is kept longest, and up to a twenty-fourth longer.
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
  local function split(chunk)
    local moved = redis.call('ZRANGE', key(chunk), ${SPLIT}, -1)
    local half = key(start(moved[1]))
    local members = {}
    for n = 1, #moved do members[2 * n - 1], members[2 * n] = 0, moved[#moved + 1 - n] end
    redis.call('ZADD', half, unpack(members))
    redis.call('PEXPIREAT', half, redis.call('PEXPIRETIME', key(chunk)))
    redis.call('ZREMRANGEBYRANK', key(chunk), ${SPLIT}, -1)
  end
  -- Adds the texts from the i-th on that go into its chunk together. Returns how many they are, and whether it is time
  -- to drop some.
  local function add(i)
    local text = texts[i]
    local chunk = chunkOf(list, text)
    local after = chunk and followerOf(list, chunk)
    local size = chunk and redis.call('ZCARD', key(chunk)) or ${FULL}
    if size >= ${FULL} then
      if not chunk or redis.call('ZLEXCOUNT', key(chunk), '[' .. text, '+') == 0 then
        chunk, size = start(text), 0
      else
        split(chunk)
        return 0, true
      end
    end
    -- Usually all: those of a run are about as old as each other.
    local count, members = 1, {}
    while size + count < ${FULL} and i + count <= #texts and not (after and texts[i + count] >= after) do
      count = count + 1
    end
    -- The last first: a listpack is searched from its start, and so each goes before the one added last.
    for n = 1, count do members[2 * n - 1], members[2 * n] = 0, texts[i + count - n] end
    local added = redis.call('ZADD', key(chunk), unpack(members))
    keep(key(chunk))
    return count, math.floor(size / ${EVERY}) ~= math.floor((size + added) / ${EVERY})
  end
  -- Of the first few; of more, when one of them is gone and many are added.
  local function dropGone()
    local first = redis.call('ZRANGE', list, 0, 0)[1]
    local checked = redis.call('ZRANGE', key(first), 0, ${CHECKED} * math.max(${EVERY}, #texts) - 1)
    local subjects = {}
    for i = 1, math.min(#checked, ${CHECKED * EVERY}) do subjects[i] = about .. checked[i] end
    if #subjects > 0 and redis.call('EXISTS', unpack(subjects)) < #subjects then
      for _, each in ipairs(checked) do
        if redis.call('EXISTS', about .. each) == 0 then redis.call('ZREM', key(first), each) end
      end
    end
    if redis.call('EXISTS', key(first)) == 0 then redis.call('ZREM', list, first) end
  end

  -- Usually they are in order, and texts are slow to compare.
  for n = 2, #texts do
    if texts[n] < texts[n - 1] then
      table.sort(texts)
      break
    end
  end
  local i, isDue = 1, false
  while i <= #texts do
    local count, isTime = add(i)
    i, isDue = i + count, isDue or isTime
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

/** Adds texts, each once; `keepMs` is how long they are kept, `about` the prefix of the keys that they are about. */
export const addToChunks = async (
  redis: Redis,
  list: string,
  texts: readonly string[],
  { keepMs, about }: { keepMs: number; about: string },
): Promise<void> => {
  await ADD(redis, [list], [keepMs, about, ...texts]);
};

const HAS = script<number>(`
-- KEYS list
-- ARGV text
-- returns 1 when the list has the text, else 0
${CHUNK_LUA}
local chunk = chunkOf(KEYS[1], ARGV[1])
return chunk and redis.call('ZSCORE', KEYS[1] .. ':' .. chunk, ARGV[1]) and 1 or 0
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
local list, min, max, limit, reverse = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local function rank(bound) return math.max(0, redis.call('ZLEXCOUNT', list, '-', bound) - 1) end
local from, to, step = rank(min), rank(max), 1
if reverse then from, to, step = to, from, -1 end
local texts = {}
for i = from, to, step do
  local chunk = redis.call('ZRANGE', list, i, i)[1]
  if not chunk or #texts >= limit then break end
  local args = reverse and {max, min, 'BYLEX', 'REV'} or {min, max, 'BYLEX'}
  for _, text in ipairs(redis.call('ZRANGE', list .. ':' .. chunk, unpack(args))) do
    if #texts < limit then texts[#texts + 1] = text end
  end
end
return texts
`);

/** The texts of a list within bounds. */
export const readChunks = (redis: Redis, list: string, { min, max, limit, reverse }: ChunkRange): Promise<string[]> =>
  READ(redis, [list], [min, max, limit, reverse ? 1 : 0]);
