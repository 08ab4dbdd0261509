import { Stats } from '@fanfare/ledger';
import { Producer } from '@fanfare/queue';
import { MemoryWatch } from '@fanfare/redis';
import { createLogger, createMetrics, NO_TRACING } from '@fanfare/runtime';
import { createApp, createMembershipBox, createSecretBox } from '@fanfare/store';
import { type HandClock, handClock, startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach } from '@jest/globals';
import type { Redis } from 'ioredis';
import { createIntake } from '../../src/accept/intake.ts';
import { readConfig } from '../../src/config.ts';
import type { IngestDeps } from '../../src/deps.ts';
import { FailureLimit } from '../../src/http/failure-limit.ts';

/** When tests begin, epoch ms: real time, since Redis counts by its own clock what is left of a TTL. */
export const NOW = Date.now();

export const ADMIN_KEY = 'an admin key for tests, long enough';

/** An app to post to. */
const DEMO = { appId: 'demo', name: 'Demo', region: 'us', pushEnabled: true, createdAt: NOW };

/** What the steps of ingest work with, on a Redis of the test file's own: before each test with an app `demo` alone. */
export async function privateDeps(
  env: Record<string, string> = {},
): Promise<IngestDeps & { clock: HandClock; redis: Redis }> {
  const own = await startTestRedis();
  const config = readConfig({
    REDIS_URL: own.url,
    FANFARE_ADMIN_KEY: ADMIN_KEY,
    FANFARE_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
    AUTH_FAILURES_PER_MINUTE: '0',
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
    ...env,
  });
  const clock = handClock(NOW);
  const producer = new Producer(own.redis);
  const log = createLogger({ name: 'ingest', level: 'silent' });
  beforeEach(async () => {
    await own.redis.flushall();
    clock.set(NOW);
    await createApp(own.redis, DEMO);
  });
  afterAll(async () => {
    await stats.close();
    await producer.close();
    await own[Symbol.asyncDispose]();
  });
  const stats = new Stats({ redis: own.redis, now: clock.now, onError: () => undefined });
  const memory = new MemoryWatch(own.redis, clock.now, log);
  const shards = { placed: 1, all: 1, onLook: () => undefined, close: () => undefined };
  const parts = { config, shards, queueRedis: own.redis, registry: own.redis, producer, stats, log, now: clock.now };
  return {
    ...parts,
    redis: own.redis,
    intake: createIntake(parts),
    memory,
    registryMemory: memory,
    box: createSecretBox(config.FANFARE_MASTER_KEY, []),
    membershipBox: createMembershipBox(config.FANFARE_MASTER_KEY),
    policy: { allowHttp: config.WEBHOOK_ALLOW_HTTP, allowCidrs: config.WEBHOOK_ALLOW_CIDRS },
    failures: new FailureLimit(config.AUTH_FAILURES_PER_MINUTE, clock.now),
    metrics: createMetrics(),
    tracing: NO_TRACING,
    clock,
    random: Math.random,
  };
}
