import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Setting, VERSION } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import { answersOf } from './pipeline.ts';
import { shardTag } from './shard-tag.ts';

/** The roles of processes that report. */
export const PROCESS_ROLES = ['ingest', 'fanout', 'sender', 'console'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** What a process does now; each role reports what it has. */
export interface ProcessFacts {
  /** The providers that it sends for. */
  providers?: string[];
  /** The shards that it serves. */
  shards?: number[];
  /** Sends waiting for an answer. */
  inFlight?: number;
  /** What its sweeper has done. */
  sweeper?: SweeperFacts;
}

/** The sweeper of a fan-out: its last complete run, and what all of its runs have done since the start. */
export interface SweeperFacts {
  /** Epoch ms; absent before the first run ends. */
  lastRunAt?: number;
  /** How long that took, ms. */
  tookMs?: number;
  /** Jobs that were missing, and added again. */
  restored: number;
  /** Deliveries that were too late. */
  expired: number;
  /** Finished events deleted early, since memory was short. */
  trimmed: number;
}

/** A process that runs, as it reported itself last. */
export interface ProcessRecord extends ProcessFacts {
  /** Unique; new at every start. */
  id: string;
  role: ProcessRole;
  version: string;
  host: string;
  pid: number;
  /** Epoch ms. */
  startedAt: number;
  /** When it reported, epoch ms. */
  seenAt: number;
}

/** How long a report is valid, and how often it is repeated, ms. */
const PROCESS_TTL_MS = 15_000;
const EVERY_MS = 5000;

/** How long a stop waits for the report to be withdrawn; without Redis it expires. */
const WITHDRAW_MS = 500;

/** Sorted set: processes by expiry of their report; and the report of each as JSON. */
const PROCESSES = `${shardTag(0)}:processes`;
const processKey = (id: string) => `${shardTag(0)}:process:${id}`;
/** What it runs with, as JSON; apart, since the reports are read every second. */
const settingsKey = (id: string) => `${processKey(id)}:settings`;

/** What a heartbeat takes. */
export interface HeartbeatOptions {
  redis: Redis;
  role: ProcessRole;
  /** Asked before every report. */
  facts?: () => ProcessFacts | Promise<ProcessFacts>;
  /** What it runs with, without secrets. */
  settings?: readonly Setting[];
  now(): number;
  /** Called when a report cannot be written. */
  onError(error: Error): void;
  /** How often it reports, ms. */
  everyMs?: number;
}

/** A process's report of itself, now and every five seconds until it is closed. */
export interface Heartbeat {
  /** Withdraws the report. */
  close(): Promise<void>;
}

/** Reports that a process runs, so that the operator sees which do. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { redis, role, facts, settings = [], now, onError, everyMs = EVERY_MS } = options;
  const id = `${role}-${randomBytes(6).toString('hex')}`;
  const identity = { id, role, version: VERSION, host: hostname(), pid: process.pid, startedAt: now() };
  let reporting: Promise<void> | undefined;
  const report = async () => {
    const record: ProcessRecord = { ...identity, ...(await facts?.()), seenAt: now() };
    await publishProcess(redis, record, settings);
  };
  const beat = () => {
    reporting ??= report()
      .catch(onError)
      .finally(() => {
        reporting = undefined;
      });
  };
  beat();
  const timer = setInterval(beat, everyMs).unref();
  return {
    async close() {
      clearInterval(timer);
      const withdrawn = (async () => {
        await reporting;
        await redis.multi().del(processKey(id), settingsKey(id)).zrem(PROCESSES, id).exec();
      })().catch(() => undefined);
      await Promise.race([withdrawn, delay(WITHDRAW_MS, undefined, { ref: false })]);
    },
  };
}

/** Writes one report. */
async function publishProcess(redis: Redis, record: ProcessRecord, settings: readonly Setting[]): Promise<void> {
  const { id, seenAt } = record;
  // They never change: written once, or again if they are lost, instead of a few KB into the AOF with every report.
  if ((await redis.pexpire(settingsKey(id), PROCESS_TTL_MS)) === 0) {
    await redis.set(settingsKey(id), JSON.stringify(settings), 'PX', PROCESS_TTL_MS);
  }
  const written = redis
    .multi()
    .zremrangebyscore(PROCESSES, '-inf', seenAt)
    .set(processKey(id), JSON.stringify(record), 'PX', PROCESS_TTL_MS)
    .zadd(PROCESSES, seenAt + PROCESS_TTL_MS, id)
    .pexpire(PROCESSES, PROCESS_TTL_MS);
  answersOf(await written.exec());
}

/** The processes that have reported within the last fifteen seconds, by role and start. */
export async function readProcesses(redis: Redis): Promise<ProcessRecord[]> {
  const ids = await redis.zrange(PROCESSES, '0', '-1');
  if (ids.length === 0) return [];
  const texts = await redis.mget(...ids.map(processKey));
  const records = texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as ProcessRecord]));
  const rank = ({ role }: ProcessRecord) => PROCESS_ROLES.indexOf(role);
  return records.sort((a, b) => rank(a) - rank(b) || a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
}

/** A process that runs, and what it runs with. */
export interface ProcessSettings extends Pick<ProcessRecord, 'id' | 'role' | 'host' | 'pid'> {
  settings: Setting[];
}

/** What the processes that have reported run with, without secrets. */
export async function readProcessSettings(redis: Redis): Promise<ProcessSettings[]> {
  const processes = await readProcesses(redis);
  if (processes.length === 0) return [];
  const texts = await redis.mget(...processes.map(({ id }) => settingsKey(id)));
  return processes.flatMap(({ id, role, host, pid }, i) => {
    const text = texts[i];
    // A process of an older version reports none.
    return text == null ? [] : [{ id, role, host, pid, settings: JSON.parse(text) as Setting[] }];
  });
}
