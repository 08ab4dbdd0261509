import { randomBytes } from 'node:crypto';
import { Stats } from '@fanfare/ledger';
import { createMembershipSource } from '@fanfare/providers';
import { Producer } from '@fanfare/queue';
import { MemoryWatch } from '@fanfare/redis';
import { createLogger, createMetrics, NO_TRACING } from '@fanfare/runtime';
import { AppCache, addMembers, changeSettings, createApp, createSecretBox, writeCustomProvider } from '@fanfare/store';
import { type HandClock, handClock } from '@fanfare/testkit';
import type { Redis } from 'ioredis';
import { ContentTimes } from '../../src/content-times.ts';
import type { FanoutDeps } from '../../src/deps.ts';
import { HandOvers } from '../../src/hand-over.ts';

export const APP = 'demo';
export const HOUR = 3_600_000;

const box = createSecretBox(randomBytes(32).toString('base64'));
const metrics = createMetrics();

/** The real dependencies of the steps, with a manual clock and no jitter. */
export interface Fanout extends FanoutDeps, AsyncDisposable {
  clock: HandClock;
}

/** A fan-out on this Redis with two recipients per slice. The clock starts at Redis time, which Redis keeps itself. */
export function startFanout(redis: Redis, changes: Partial<FanoutDeps> = {}): Fanout {
  const clock = handClock(Date.now());
  const producer = new Producer(redis);
  const membership = createMembershipSource({ policy: { allowHttp: true, allowCidrs: ['127.0.0.0/8'] } });
  const log = createLogger({ name: 'fanout', level: 'silent' });
  const apps = new AppCache(redis, { box, membershipBox: box, now: clock.now });
  const stats = new Stats({ redis, now: clock.now, onError: () => undefined });
  return {
    queueRedis: redis,
    registry: redis,
    producer,
    handOvers: new HandOvers({ redis, now: clock.now }),
    apps,
    contentTimes: new ContentTimes(apps, clock.now),
    memory: new MemoryWatch(redis, clock.now, log),
    membership,
    stats,
    sweepCounts: { restored: 0, expired: 0, trimmed: 0 },
    metrics,
    tracing: NO_TRACING,
    log,
    shards: 1,
    sliceSize: 2,
    packSizes: { call: 1, chat: 1, bulk: 1 },
    bulkAudience: 100,
    archive: false,
    now: clock.now,
    random: () => 0,
    stopping: new AbortController().signal,
    clock,
    ...changes,
    async [Symbol.asyncDispose]() {
      await stats.close();
      await producer.close();
      await membership.close();
    },
  };
}

/** An app with a webhook and a group `hiking` with these members. */
export async function seedApp(redis: Redis, members: readonly string[] = [], settings: object = {}): Promise<void> {
  await createApp(redis, { appId: APP, name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 });
  const webhook = { isEnabled: true, webhookURL: 'https://hooks.example.com/push' };
  await writeCustomProvider(redis, box, APP, webhook);
  await changeSettings(redis, APP, settings);
  await addMembers(redis, APP, 'hiking', members, 1);
}
