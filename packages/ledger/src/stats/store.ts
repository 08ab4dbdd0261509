import { answersOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { BLOCK_LUA, decodeBlock } from './block.ts';
import { SERIES, type Series, STATS_STEPS, type StatsStep } from './series.ts';

/** How much some counters of an app have grown, by name. */
export type Growth = ReadonlyMap<string, number>;

const ADD = script<number>(`
-- KEYS places of the counters, then a block of each series
-- ARGV how many series, then of each: the number of the step, when the block expires; then per counter: name, growth
-- returns how many counters the app has
${BLOCK_LUA}
local series = tonumber(ARGV[1])
local first, names = 2 + 2 * series, {}
for i = first, #ARGV, 2 do names[#names + 1] = ARGV[i] end
local places, size, growth, most = redis.call('HMGET', KEYS[1], unpack(names)), redis.call('HLEN', KEYS[1]), {}, 0
for i, name in ipairs(names) do
  local place = tonumber(places[i])
  if not place then
    size = size + 1
    place = size
    redis.call('HSET', KEYS[1], name, place)
  end
  growth[place] = (growth[place] or 0) + tonumber(ARGV[first + 2 * i - 1])
  most = math.max(most, place)
end
for i = 1, series do
  local key, step, expiry = KEYS[1 + i], tonumber(ARGV[2 * i]), ARGV[1 + 2 * i]
  redis.call('SET', key, grow(redis.call('GET', key) or '', step, growth, most), 'PXAT', expiry)
  if tonumber(expiry) > redis.call('PEXPIRETIME', KEYS[1]) then redis.call('PEXPIREAT', KEYS[1], expiry) end
end
return size
`);

/** Adds what was counted up to now (epoch ms) to all series of an app. */
export async function addStats(redis: Redis, appId: string, growth: Growth, now: number): Promise<void> {
  const blocks = STATS_STEPS.map((step) => ({ ...SERIES[step], block: Math.floor(now / SERIES[step].blockMs) }));
  await ADD(
    redis,
    [keys.statsPlaces(appId), ...blocks.map(({ id, block }) => keys.stats(appId, id, block))],
    [
      blocks.length,
      ...blocks.flatMap(({ stepMs, blockMs, keepMs, block }) => [
        Math.floor((now % blockMs) / stepMs),
        (block + 1) * blockMs + keepMs,
      ]),
      ...[...growth].flat(),
    ],
  );
}

/** The counts of one step, by name. */
export interface StatsPoint {
  /** When the step begins, epoch ms. */
  at: number;
  counts: ReadonlyMap<string, number>;
}

/**
 * The steps of a series that begin from one time to before another and in which anything was counted, in order; no
 * more than the series keeps.
 */
export async function readStats(
  redis: Redis,
  appId: string,
  step: StatsStep,
  { from, to }: { from: number; to: number },
): Promise<StatsPoint[]> {
  const series: Series = SERIES[step];
  const { id, stepMs, blockMs, keepMs } = series;
  const first = Math.floor(Math.max(from, to - keepMs - stepMs) / blockMs);
  const last = Math.max(first, Math.floor((to - 1) / blockMs));
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const reads = redis.pipeline().hgetall(keys.statsPlaces(appId));
  for (const block of numbers) reads.getBuffer(keys.stats(appId, id, block));
  const [places, ...blocks] = answersOf(await reads.exec()) as [Record<string, string>, ...(Buffer | null)[]];
  const names = new Map(Object.entries(places).map(([name, place]) => [Number(place) - 1, name]));
  return blocks
    .flatMap((block, i) =>
      [...decodeBlock(block ?? Buffer.alloc(0))].map(([number, counts]) => ({
        at: (numbers[i] as number) * blockMs + number * stepMs,
        counts: new Map(
          [...counts].flatMap(([place, n]) => (names.has(place) ? [[names.get(place) as string, n]] : [])),
        ),
      })),
    )
    .filter(({ at }) => at >= from && at < to)
    .sort((a, b) => a.at - b.at);
}
