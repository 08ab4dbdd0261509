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
end`;

const ADD = script<number>(`
-- KEYS list
-- ARGV time to live, prefix of the keys that texts are about, texts in order …
-- returns how many are new
${CHUNK_LUA}
local list, ttl, count = KEYS[1], tonumber(ARGV[1]), #ARGV - 2
local function key(chunk) return list .. ':' .. chunk end
local function start(name)
  redis.call('ZADD', list, 0, name)
  return name
end
local function keep(each)
  if redis.call('PTTL', each) < ttl then redis.call('PEXPIRE', each, ttl + math.ceil(ttl / ${SPARE})) end
end
local function add(text)
  local chunk = chunkOf(list, text) or start(text)
  if redis.call('ZCARD', key(chunk)) >= ${FULL} then
    if redis.call('ZLEXCOUNT', key(chunk), '[' .. text, '+') == 0 then
      chunk = start(text)
    else
      local moved = redis.call('ZRANGE', key(chunk), ${SPLIT}, -1)
      local half = key(start(moved[1]))
      for _, each in ipairs(moved) do redis.call('ZADD', half, 0, each) end
      redis.call('PEXPIREAT', half, redis.call('PEXPIRETIME', key(chunk)))
      redis.call('ZREMRANGEBYRANK', key(chunk), ${SPLIT}, -1)
      chunk = chunkOf(list, text)
    end
  end
  local added = redis.call('ZADD', key(chunk), 0, text)
  keep(key(chunk))
  return added
end
-- Nearly always all belong to the last chunk, and it has room.
local last = chunkOf(list, ARGV[3])
local size = last and redis.call('ZRANGE', list, -1, -1)[1] == last and redis.call('ZCARD', key(last)) or ${FULL}
local added, before = 0, nil
if size + count <= ${FULL} then
  local members = {}
  for i = 1, count do members[2 * i - 1], members[2 * i] = 0, ARGV[i + 2] end
  added, before = redis.call('ZADD', key(last), unpack(members)), size
  keep(key(last))
else
  for i = 3, #ARGV do added = added + add(ARGV[i]) end
end
keep(list)
if before and math.floor(before / ${EVERY}) == math.floor((before + added) / ${EVERY}) then return added end
local first = redis.call('ZRANGE', list, 0, 0)[1]
local checked = redis.call('ZRANGE', key(first), 0, ${CHECKED} * math.max(${EVERY}, count) - 1)
local subjects = {}
for i, each in ipairs(checked) do subjects[i] = ARGV[2] .. each end
if #subjects > 0 and redis.call('EXISTS', unpack(subjects)) < #subjects then
  for i, each in ipairs(checked) do
    if redis.call('EXISTS', subjects[i]) == 0 then redis.call('ZREM', key(first), each) end
  end
end
if redis.call('EXISTS', key(first)) == 0 then redis.call('ZREM', list, first) end
return added
`);

/**
 * Adds texts, each once, and now and then drops some of the first whose keys (`about` and the text) are gone. The list
 * is kept as long as the text that is kept longest, and up to a twenty-fourth longer.
 */
export const addToChunks = async (
  redis: Redis,
  list: string,
  texts: readonly string[],
  { keepMs, about }: { keepMs: number; about: string },
): Promise<void> => {
  await ADD(redis, [list], [keepMs, about, ...[...texts].sort()]);
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
