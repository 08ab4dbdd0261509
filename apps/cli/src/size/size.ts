import { type Load, type Size, sizeOf } from '@fanfare/core';
import type { Output } from '../output.ts';

/** Runs `fanfare size`: prints what serves a load, as lines or JSON. */
export async function size(load: Load, isJson: boolean, { out }: Output): Promise<void> {
  if (isJson) out(JSON.stringify(sizeOf(load)));
  else for (const line of linesOf(sizeOf(load))) out(line);
}

const KINDS = { single: 'a job each', chat: 'packs of 25', bulk: 'packs of 100, bulk lane' };

function linesOf(size: Size): string[] {
  const { lane, deliveriesPerSecond, processes, concurrency, installations, shards, redis, maxmemoryBytes } = size;
  const rows: (readonly [string, string])[] = [
    ['deliveries/s', `${whole(deliveriesPerSecond)} (${KINDS[lane]})`],
    ['ingest', plural(processes.ingest, 'process', 'processes')],
    ['fanout', plural(processes.fanout, 'process', 'processes')],
    ['sender', `${plural(processes.sender, 'process', 'processes')}, ${whole(concurrency)} sends in flight each`],
    ['Redis', `${plural(shards, 'primary', 'primaries')}, a shard each`],
    ...(installations > 1 ? [['', `${whole(installations)} installations: one has 64 shards at most`] as const] : []),
    ['', `${whole(redis.commandsPerSecond)} commands/s in all`],
    ['', `${gigabytes(redis.registryBytes)} users and devices`],
    ['', `${gigabytes(redis.historyBytes)} history, ids and references`],
    ['', `${gigabytes(redis.backlogBytes)} a backlog of a minute`],
    ['maxmemory', `${gigabytes(maxmemoryBytes)} for each primary`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(14)}${value}`);
}

const plural = (count: number, one: string, more: string): string => `${whole(count)} ${count === 1 ? one : more}`;
const whole = (count: number): string => Math.round(count).toLocaleString('en-US');
const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)} GB`;
