import { randomBytes } from 'node:crypto';
import { createLogger, createMetrics } from '@fanfare/runtime';
import { AppCache, createApp, createSecretBox, createUser, writeCustomProvider } from '@fanfare/store';
import { type HandClock, handClock } from '@fanfare/testkit';
import type { Redis } from 'ioredis';
import { readConfig } from '../../src/config.ts';
import type { AttemptRecord, SenderDeps } from '../../src/deps.ts';
import { EventCache } from '../../src/event-cache.ts';
import { Gate } from '../../src/gate.ts';
import { closeProviders, createProviders } from '../../src/providers.ts';
import { Refusals } from '../../src/refusals.ts';
import { SupersededCheck } from '../../src/superseded-check.ts';

export const APP = 'demo';
export const HOUR = 3_600_000;

const masterKey = () => randomBytes(32).toString('base64');
export const box = createSecretBox(masterKey());
/** Of another master key, which the sender does not have. */
export const otherBox = createSecretBox(masterKey());
const metrics = createMetrics();

/** What handling a delivery works with, all of it real; the clock is turned by hand and there is no jitter. */
export interface Sender extends SenderDeps, AsyncDisposable {
  clock: HandClock;
  /** Every attempt that was reported. */
  attempts: AttemptRecord[];
}

/** A sender on this Redis, with room for two sends at once to each endpoint. */
export function startSender(redis: Redis): Sender {
  // Redis keeps its own time, so the clock starts at it.
  const clock = handClock(Date.now());
  const { now } = clock;
  const config = readConfig({
    REDIS_URL: 'redis://127.0.0.1',
    FANFARE_MASTER_KEY: masterKey(),
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
  });
  const gate = () => new Gate({ limit: 2, now, random: () => 0 });
  const providers = createProviders(config, { call: 2, chat: 2, bulk: 2 }, now);
  const attempts: AttemptRecord[] = [];
  return {
    queueRedis: redis,
    registry: redis,
    events: new EventCache(redis, redis),
    refusals: new Refusals(now),
    superseded: new SupersededCheck({ queueRedis: redis, now }),
    apps: new AppCache(redis, { box, now }),
    providers,
    gates: { call: gate(), chat: gate(), bulk: gate() },
    metrics,
    log: createLogger({ name: 'sender', level: 'silent' }),
    now,
    random: () => 0,
    onAttempt: (attempt) => attempts.push(attempt),
    clock,
    attempts,
    [Symbol.asyncDispose]: () => closeProviders(providers),
  };
}

/** An app whose webhook is at this URL, and bob. */
export async function seedApp(redis: Redis, webhookURL = 'http://127.0.0.1:9/hook'): Promise<void> {
  await createApp(redis, { appId: APP, name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 });
  await writeCustomProvider(redis, box, APP, { isEnabled: true, webhookURL });
  await createUser(redis, APP, 'bob', 1);
}
