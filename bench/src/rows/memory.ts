import { setTimeout as delay } from 'node:timers/promises';
import { cpuBetween, cpuTotal } from '../system/cpu.ts';
import { directMessage, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { usedMemory, withPeakMemory } from '../system/memory.ts';
import { Poster } from '../system/poster.ts';
import { untilStill, withProgress } from '../system/progress.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

/** 1 GiB for a million messages. */
export const BYTES_PER_MESSAGE = 1074;

/** Events of one app that may be open: memory is the limit here. */
export const UNLIMITED = { QUOTA_OPEN_EVENTS_PER_APP: '10000000', QUOTA_OPEN_MEGABYTES_PER_APP: '1000000' };

/** Events that are open at a time at most: the load keeps up with the system instead of filling it. */
const OPEN_SHARE = 0.05;
const USERS = 1000;
/** Messages of which none is sent for so long are lost. */
export const PATIENCE_MS = 120_000;

/** Whether a Redis that holds a fraction of what passes through it takes all of it. */
export const memory: Row = {
  title: '1:1 messages at full speed through a Redis of 1 GB for a million of them (--messages)',
  run: (lab) => lab.withFanfare({ env: UNLIMITED }, (fanfare, stage) => measure(lab, fanfare, stage)),
};

async function measure(lab: Lab, fanfare: Fanfare, { provider }: Stage): Promise<RowResult> {
  const { bench, redis } = fanfare;
  const { messages } = lab;
  await bench.registry.createUsers(USERS);
  await bench.useWebhook(provider.webhookUrl);
  const limit = messages * BYTES_PER_MESSAGE;
  await redis.config('SET', 'maxmemory', limit);
  const base = await usedMemory(redis);
  const before = await provider.accepted();
  const sent = async () => (await provider.accepted()) - before;
  const cpu = await fanfare.cpu();
  const poster = new Poster(bench, (n) => directMessage(`m-${n}`, uidOf(n % USERS)));
  const progress = async () =>
    `memory: ${poster.accepted} accepted, ${await sent()} sent, ` +
    `${poster.refused} requests refused, ${poster.failed} failed, ` +
    `${percent((await usedMemory(redis)) / limit)} of the memory used`;
  const { result: perSecond, peaks } = await withPeakMemory(redis, fanfare.processes, () =>
    withProgress(
      (line) => lab.say(line),
      progress,
      () => sendAll(poster, messages, sent),
    ),
  );
  lab.say(await progress());
  const spent = cpuBetween(cpu, await fanfare.cpu());
  const kept = await keptEvents(redis);
  const missing = messages - (await sent());
  const value = (what: string, ours: number) => ({ row: 'memory', what, ours });
  return {
    figures: [
      { ...value('requests refused for memory', poster.refused), target: { of: 'value', atMost: 0 } },
      { ...value('messages expired or lost', messages - (await sent())), target: { of: 'value', atMost: 0 } },
      value('messages/s', perSecond),
      value('CPU µs per message', cpuTotal(spent) / messages),
      value('finished messages kept', kept),
      value('finished messages trimmed', messages - kept),
      value('bytes of Redis per message kept, ids of all in', ((await usedMemory(redis)) - base) / kept),
      value('most memory used, %', ((peaks.redis as number) / limit) * 100),
    ],
    losses: missing > 0 ? [`memory: ${missing} of ${messages} messages were not sent`] : [],
    notes: [
      `memory: ${messages} messages, maxmemory ${Math.round(limit / 1_000_000)} MB, ${percent(base / limit)} of it ` +
        `used before; at most ${percent(OPEN_SHARE)} of the messages are open at a time. CPU µs per message: ` +
        `${Object.entries(spent)
          .map(([part, micros]) => `${part} ${Math.round(micros / messages)}`)
          .join(', ')}.`,
    ],
  };
}

/** Posts all messages as fast as they are sent, and waits until they are. Returns how many a second. */
async function sendAll(poster: Poster, messages: number, sent: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  while (poster.accepted < messages) {
    const open = poster.accepted - (await sent());
    const room = Math.min(messages - poster.accepted, Math.ceil(messages * OPEN_SHARE) - open);
    if (room <= 0) await delay(25);
    else await poster.post(room);
  }
  await untilStill(sent, messages, PATIENCE_MS);
  return (messages / (performance.now() - startedAt)) * 1000;
}

/** Finished events that are listed or about to be. */
async function keptEvents(redis: Fanfare['redis']): Promise<number> {
  const lists = await redis.keys('*:kept:*');
  const counts = await Promise.all([...lists.map((list) => redis.llen(list)), redis.zcard('{p0}:finished')]);
  return counts.reduce((sum, count) => sum + count, 0);
}

export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
