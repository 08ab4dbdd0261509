import { Producer } from '@fanfare/queue';
import { MemoryWatch } from '@fanfare/redis';
import { createLogger, createMetrics } from '@fanfare/runtime';
import { createApp, createSecretBox, createSession } from '@fanfare/store';
import { type HandClock, handClock, startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach } from '@jest/globals';
import type { Redis } from 'ioredis';
import { OverloadGuard } from '../../src/accept/overload.ts';
import { readConfig } from '../../src/config.ts';
import type { IngestDeps } from '../../src/deps.ts';
import { FailureLimit } from '../../src/http/failure-limit.ts';
import { createServer } from '../../src/http/server.ts';

/** When tests begin, epoch ms. */
const NOW = 1_741_847_453_000;

const ADMIN_KEY = 'an admin key for tests';

/** What the API answered. */
interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are read as what the test expects.
  body: any;
}

/** One caller of the API, without a socket. */
type Call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: object) => Promise<Answer>;

/** What the steps of ingest work with, on a Redis of the test file's own, empty before each test. */
async function privateDeps(env: Record<string, string> = {}): Promise<IngestDeps & { clock: HandClock; redis: Redis }> {
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
  beforeEach(async () => {
    await own.redis.flushall();
    clock.set(NOW);
  });
  afterAll(async () => {
    await producer.close();
    await own[Symbol.asyncDispose]();
  });
  return {
    config,
    queueRedis: own.redis,
    registry: own.redis,
    redis: own.redis,
    producer,
    memory: new MemoryWatch(own.redis, clock.now),
    box: createSecretBox(config.FANFARE_MASTER_KEY, []),
    policy: { allowHttp: config.WEBHOOK_ALLOW_HTTP, allowCidrs: config.WEBHOOK_ALLOW_CIDRS },
    failures: new FailureLimit(config.AUTH_FAILURES_PER_MINUTE, clock.now),
    metrics: createMetrics(),
    log: createLogger({ name: 'ingest', level: 'silent' }),
    clock,
    now: clock.now,
    random: Math.random,
  };
}

/** The API over these parts, not listening, with an app `demo` before each test. */
export async function privateIngest(env: Record<string, string> = {}) {
  const deps = await privateDeps(env);
  const ready = async () => ({ ready: true, checks: {} });
  const { server } = await createServer(deps, new OverloadGuard(deps), ready);
  afterAll(() => server.close());
  beforeEach(async () => {
    await createApp(deps.registry, { appId: 'demo', name: 'Demo', region: 'us', pushEnabled: true, createdAt: NOW });
  });
  const callAs =
    (credentials: Record<string, string>): Call =>
    async (method, url, body) => {
      const headers = { appid: 'demo', ...credentials };
      const answer = await server.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
      return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body || 'null') };
    };
  return {
    deps,
    /** As the operator, for the app. */
    backend: callAs({ adminkey: ADMIN_KEY }),
    /** As a new login of this person. */
    logIn: async (uid: string) =>
      callAs({ authtoken: (await createSession(deps.registry, 'demo', uid, NOW)).authToken }),
  };
}
