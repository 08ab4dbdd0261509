import { randomBytes } from 'node:crypto';
import { Stats } from '@fanfare/ledger';
import { createCustomProvider } from '@fanfare/providers';
import { Producer } from '@fanfare/queue';
import { createLogger, createMetrics, NO_TRACING } from '@fanfare/runtime';
import {
  AppCache,
  createApp,
  createSecretBox,
  createTokenStore,
  createUser,
  writeCustomProvider,
} from '@fanfare/store';
import { type HandClock, handClock } from '@fanfare/testkit';
import type { Redis } from 'ioredis';
import { Admitter } from '../../src/admitter.ts';
import { readConfig } from '../../src/config.ts';
import type { AttemptRecord, SenderDeps } from '../../src/deps.ts';
import { EventCache } from '../../src/event-cache.ts';
import { Gates } from '../../src/held/gates.ts';
import { LedgerReader } from '../../src/ledger-reader.ts';
import { PlanCache } from '../../src/plan-cache.ts';
import { closeProviders, createProviders } from '../../src/providers.ts';
import { RecentOutcomes } from '../../src/recent-outcomes.ts';
import { Recorder } from '../../src/recorder.ts';
import { Refusals } from '../../src/refusals.ts';
import { SupersededCheck } from '../../src/superseded-check.ts';
import { TargetReader } from '../../src/target-reader.ts';
import { TokenSafety } from '../../src/token-safety.ts';
import { WebhookHealth } from '../../src/webhook-health.ts';

export const APP = 'demo';
export const HOUR = 3_600_000;

/** As long as a test may take. */
const PATIENCE_MS = 60_000;

const masterKey = () => randomBytes(32).toString('base64');
export const box = createSecretBox(masterKey());
/** Uses another master key, which the sender lacks. */
export const otherBox = createSecretBox(masterKey());
const metrics = createMetrics();

/** The real dependencies of a delivery, with a manual clock and no jitter. */
export interface Sender extends SenderDeps, AsyncDisposable {
  clock: HandClock;
  /** All reported attempts. */
  attempts: AttemptRecord[];
}

/** A sender on this Redis that admits two concurrent sends per endpoint. */
export function startSender(redis: Redis): Sender {
  // Redis keeps its own time, so the clock starts there.
  const clock = handClock(Date.now());
  const { now } = clock;
  const config = readConfig({
    REDIS_URL: 'redis://127.0.0.1',
    FANFARE_MASTER_KEY: masterKey(),
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
  });
  const log = createLogger({ name: 'sender', level: 'silent' });
  const limits = { call: 2, chat: 2, bulk: 2 };
  const concurrency = { call: 100, chat: 100, bulk: 100 };
  const tokens = createTokenStore(redis, box);
  const policy = { allowHttp: config.WEBHOOK_ALLOW_HTTP, allowCidrs: config.WEBHOOK_ALLOW_CIDRS };
  const providers = {
    ...createProviders(config, { limits, tokens, metrics, log, now }),
    // A webhook that a test keeps waiting does not time out, however busy the machine.
    custom: createCustomProvider({ now, policy, timeoutMs: PATIENCE_MS, connectionsPerOrigin: 6 }),
  };
  const attempts: AttemptRecord[] = [];
  const webhookHealth = new WebhookHealth({ registry: redis, log, now });
  const tokenSafety = new TokenSafety({ registry: redis, metrics, log, now });
  const producer = new Producer(redis);
  const admitter = new Admitter({ redis, producer, log, now });
  const madeRoom = (shard: number, appId: string) => admitter.madeRoom(shard, appId);
  const stats = new Stats({ redis, now, onError: () => undefined });
  const recent = new RecentOutcomes({ redis, onError: () => undefined });
  const [ledger, targets] = [new LedgerReader(redis), new TargetReader(redis)];
  return {
    queueRedis: redis,
    registry: redis,
    ledger,
    events: new EventCache({ ledger, people: targets, registry: redis }),
    plans: new PlanCache(redis, ledger),
    recorder: new Recorder({ redis, now, onRecorded: madeRoom }),
    producer,
    refusals: new Refusals(now),
    tokenSafety,
    webhookHealth,
    targets,
    superseded: new SupersededCheck({ queueRedis: redis, now }),
    apps: new AppCache(redis, { box, now }),
    box,
    providers,
    stats,
    recent,
    gates: new Gates({ redis, producer, log, shards: { all: 1 }, concurrency, limits, now, onHeld: madeRoom }),
    metrics,
    tracing: NO_TRACING,
    log,
    now,
    random: () => 0,
    onAttempt: (attempt) => attempts.push(attempt),
    clock,
    attempts,
    async [Symbol.asyncDispose]() {
      await stats.close();
      await recent.close();
      await tokenSafety.close();
      await webhookHealth.close();
      await admitter.flush();
      await producer.close();
      await closeProviders(providers);
    },
  };
}

/** An app whose webhook is at this URL, and bob. */
export async function seedApp(redis: Redis, webhookURL = 'http://127.0.0.1:9/hook'): Promise<void> {
  await createApp(redis, { appId: APP, name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 });
  await writeCustomProvider(redis, box, APP, { isEnabled: true, webhookURL });
  await createUser(redis, APP, 'bob', 1);
}
