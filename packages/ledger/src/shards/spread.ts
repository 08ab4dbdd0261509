import { setTimeout } from 'node:timers/promises';
import { LANES, MAX_RETENTION_HOURS } from '@fanfare/core';
import { commandEach, readProcesses } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { spreadOver } from './spread-over.ts';

const HOUR = 3_600_000;

/** For how long a shard may hold something after events were last placed there: retention, and a day of buckets. */
const REMEMBERED_MS = (MAX_RETENTION_HOURS + 48) * HOUR;

/** How old the note of the current number may become. */
const NOTED_EVERY_MS = HOUR;

/** After so long each process knows of a note. */
const KNOWN_MS = 5000;

/** How often the number is written to its shards again, in case a failover has lost it. */
const WRITTEN_EVERY_MS = 10_000;

/** How often a process looks, and how long its start waits for the first look, ms. */
const LOOK_MS = 1000;
const FIRST_LOOK_MS = 2000;

/** The numbers of shards, kept up to date. */
export interface Shards {
  /** New events go to the shards from 0 below this. */
  readonly placed: number;
  /** Shards from 0 below this may hold something. */
  readonly all: number;
  /** Calls this after every look. */
  onLook(act: () => Promise<void>): void;
  close(): void;
}

export interface ShardsOptions {
  redis: Redis;
  /** QUEUE_SHARDS. */
  wanted: number;
  /** Whether this process places events. */
  places: boolean;
  now(): number;
  /** The numbers could not be read; every second, until they are. */
  onError(error: Error): void;
  /** The shards in use could not be told how many they are; tried again after ten seconds. By default `onError`. */
  onNotWritten?(error: Error): void;
}

/**
 * Follows the numbers of shards, right once this resolves. Without Redis, until it is back, events go to the first
 * shard, which every worker serves: another may be one that none knows of.
 */
export async function followShards(options: ShardsOptions): Promise<Shards> {
  const { redis, wanted, places, now, onError, onNotWritten = onError } = options;
  let [placed, all, isLooking] = [1, wanted, false];
  const written = { placed: 1, at: 0 };
  const acts: (() => Promise<void>)[] = [];
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const noted = await readSpread(redis, now());
      all = Math.max(wanted, ...noted.keys());
      if (places) {
        const target = spreadOver(await readProcesses(redis), wanted);
        await note(redis, noted, target, now());
        placed = placeable(noted, target, { placed, now: now() });
        if (placed !== written.placed || now() - written.at >= WRITTEN_EVERY_MS) {
          Object.assign(written, { placed, at: now() });
          await writeInUse(redis, placed).catch(onNotWritten);
        }
      }
      for (const act of acts) await act();
    } catch (error) {
      onError(error as Error);
    } finally {
      isLooking = false;
    }
  };
  // A worker's commands wait for Redis; its start does not.
  await Promise.race([look(), setTimeout(FIRST_LOOK_MS, undefined, { ref: false })]);
  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    get placed() {
      return placed;
    },
    get all() {
      return all;
    },
    onLook: (act) => void acts.push(act),
    close: () => clearInterval(timer),
  };
}

/** What a worker serves: the shards from 0 below `wanted`, and those of `all` that hold open events anyway. */
export async function servedShards(redis: Redis, wanted: number, all: number): Promise<number[]> {
  const shards = Array.from({ length: all }, (_, shard) => shard);
  const open = await commandEach(redis, shards.slice(wanted), (commands, shard) =>
    commands.exists(LANES.map((lane) => keys.openSince(shard, lane))),
  );
  return shards.filter((shard) => shard < wanted || Number(open[shard - wanted]) > 0);
}

/** The numbers of shards over which events may be spread that still exist, and when each was noted. */
async function readSpread(redis: Redis, now: number): Promise<Map<number, number>> {
  const flat = await redis.zrangebyscore(keys.spread, now - REMEMBERED_MS, '+inf', 'WITHSCORES');
  const noted = new Map<number, number>();
  for (let i = 0; i < flat.length; i += 2) noted.set(Number(flat[i]), Number(flat[i + 1]));
  return noted;
}

/**
 * Tells the shards in use how many they are. Others, which only empty themselves, keep the part of the limits that they
 * had.
 */
async function writeInUse(redis: Redis, placed: number): Promise<void> {
  const shards = Array.from({ length: placed }, (_, shard) => shard);
  await commandEach(redis, shards, (commands, shard) => commands.set(keys.shardsInUse(shard), placed));
}

async function note(redis: Redis, noted: ReadonlyMap<number, number>, target: number, now: number): Promise<void> {
  const at = noted.get(target);
  if (at === undefined || at < now - NOTED_EVERY_MS) await redis.zadd(keys.spread, now, target);
}

/**
 * Over how many shards to spread now. A larger number waits until every process knows of it: another that still counts
 * fewer would not find ids that were accepted in the new shards, and take repeats for new events. When nothing was ever
 * noted there is no other.
 */
function placeable(
  noted: ReadonlyMap<number, number>,
  target: number,
  { placed, now }: { placed: number; now: number },
): number {
  if (noted.size === 0) return target;
  const known = [...noted].filter(([, at]) => at <= now - KNOWN_MS).map(([shards]) => shards);
  return Math.min(target, Math.max(1, ...known, isNoted(noted, placed) ? placed : 0));
}

const isNoted = (noted: ReadonlyMap<number, number>, shards: number): boolean => Math.max(0, ...noted.keys()) >= shards;
