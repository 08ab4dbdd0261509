import type { Lane, ProviderKind } from '@fanfare/core';
import { Producer } from '@fanfare/queue';
import { startTestRedis } from '@fanfare/testkit';
import { readConfig, start } from '../../src/server/app.ts';

export const PASSWORD = 'the operator’s password';
export const VIEWER_PASSWORD = 'the viewer’s password';

export const ADMIN_KEY = 'an admin key for tests, long enough';

/** A console with its own Redis. */
export async function startConsole(env: Record<string, string> = {}) {
  const redis = await startTestRedis();
  const app = await start(
    readConfig({
      PORT: '0',
      LOG_LEVEL: 'silent',
      REDIS_URL: redis.url,
      FANFARE_ADMIN_KEY: ADMIN_KEY,
      CONSOLE_PASSWORD: PASSWORD,
      CONSOLE_VIEWER_PASSWORD: VIEWER_PASSWORD,
      ...env,
    }),
  );
  return {
    redis,
    url: app.url,
    async [Symbol.asyncDispose]() {
      await app.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

export type TestConsole = Awaited<ReturnType<typeof startConsole>>;

/** Sends a request without following redirects; does not normalize paths. */
export const ask = ({ url }: Pick<TestConsole, 'url'>, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url + path, { redirect: 'manual', ...init });

/** The request a browser sends for a form. */
export const post = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  headers,
});

/** Logs in. Returns the cookie as a browser would send it. */
export async function logIn(console: Pick<TestConsole, 'url'>, password = PASSWORD): Promise<{ cookie: string }> {
  const response = await ask(console, '/login', post({ password }));
  const [cookie = ''] = response.headers.getSetCookie();
  return { cookie: cookie.split(';')[0] as string };
}

/** Queues deliveries that no sender takes. */
export async function queueDeliveries(
  { redis }: Pick<TestConsole, 'redis'>,
  {
    provider,
    lane,
    jobs,
    shard = 0,
    rank,
  }: { provider: ProviderKind; lane: Lane; jobs: number; shard?: number; rank?: number },
): Promise<void> {
  const producer = new Producer(redis.redis);
  const all = Array.from({ length: jobs }, (_, ordinal) => ({
    eventKey: 'e0123456789abcdef',
    slice: 0,
    ordinal,
    rank,
  }));
  await producer.addDeliveries(shard, provider, lane, all);
  await producer.close();
}
