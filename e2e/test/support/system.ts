import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import * as sender from '@fanfare/sender/app';
import * as simulator from '@fanfare/simulator/app';
import { startTestRedis, type TestRedis, until } from '@fanfare/testkit';
import { Api } from './api.ts';

const ADMIN_KEY = 'an admin key for tests, long enough';

/** What the endpoint wants, and the app's provider is configured with. */
export const BASIC_AUTH = { username: 'fanfare', password: 'correct horse battery' };

/** Short, so that a test need not wait for the sweeper; in production it looks every few seconds. */
export const SWEEP_TIMES = { everyMs: 100, againMs: 500, trimAfterMs: 0 };

export interface SystemOptions {
  /** Apps to start in this process; by default all. Tests that kill them start them as processes instead. */
  apps?: readonly ('fanout' | 'sender')[];
  env?: Record<string, string>;
  /** The Redis to run on, which the test has started; by default one of its own. */
  redis?: TestRedis;
  /** Why the test needs a single server, as in `TestRedisOptions`. */
  oneServer?: string;
  /** What only the sender in this process gets differently. */
  senderEnv?: Record<string, string>;
}

/** The whole system on a Redis of its own, with one app whose webhook is the simulator's endpoint `hook`. */
export async function startSystem({
  apps = ['fanout', 'sender'],
  env: extra = {},
  senderEnv = {},
  redis: given,
  oneServer,
}: SystemOptions = {}) {
  const redis = given ?? (await startTestRedis(oneServer === undefined ? {} : { oneServer }));
  const hooks = await simulator.start(
    simulator.readConfig({ PORT: '0', LOG_LEVEL: 'silent', SIMULATOR_SANDBOX_NAMES: 'localhost' }),
  );
  const folder = await mkdtemp(join(tmpdir(), 'fanfare-e2e-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, hooks.caPem);
  const env = {
    REDIS_URL: redis.url,
    PORT: '0',
    LOG_LEVEL: 'silent',
    FANFARE_ADMIN_KEY: ADMIN_KEY,
    FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
    AUTH_FAILURES_PER_MINUTE: '0',
    FCM_ENDPOINT: hooks.tlsUrl,
    APNS_ENDPOINT: hooks.tlsUrl,
    APNS_SANDBOX_ENDPOINT: hooks.tlsUrl.replace('127.0.0.1', 'localhost'),
    EXTRA_CA_FILE: caFile,
    ...extra,
  };
  const api = await ingest.start(ingest.readConfig(env));
  const workers: { close(): Promise<void> }[] = [];
  if (apps.includes('fanout')) workers.push(await fanout.start(fanout.readConfig(env), { sweepTimes: SWEEP_TIMES }));
  if (apps.includes('sender')) workers.push(await sender.start(sender.readConfig({ ...env, ...senderEnv })));
  const admin = new Api(api.url, { adminkey: ADMIN_KEY });
  const backend = await createApp(admin, api.url, 'app123');
  const hook = hooks.endpoint('hook');
  hook.configure({ basicAuth: BASIC_AUTH });
  await backend.post('/v3/notifications/push/v1/providers/custom', {
    webhookURL: `${hooks.url}/webhook/hook`,
    useBasicAuth: true,
    basicAuthUsername: BASIC_AUTH.username,
    basicAuthPassword: BASIC_AUTH.password,
  });
  return {
    redis,
    env,
    url: api.url,
    /** The port of ingest's metrics. */
    metricsPort: api.metricsPort,
    /** The id that keys in Redis name `app123` by. */
    appId: (await redis.redis.hget('{apps}:ids', 'app123')) as string,
    /** Every route of the API, with who may call it. */
    routes: api.routes,
    /** With the admin key. */
    admin,
    /** With an API key of `app123` that may do everything. */
    backend,
    /** With the auth token of a login, as a person's device. */
    asUser: (authToken: string) => new Api(api.url, { authtoken: authToken, appid: 'app123' }),
    hooks,
    hook,
    /** The counts of an event, once it is done. */
    done: (id: string, timeoutMs = 30_000) =>
      until(
        async () => {
          const { body } = await backend.get(`/v3/events/${encodeURIComponent(id)}`);
          return body.data?.state === 'done' ? body.data.counts : undefined;
        },
        `event ${id} is done`,
        { timeoutMs },
      ),
    async [Symbol.asyncDispose]() {
      for (const worker of workers.reverse()) await worker.close();
      await api.close();
      await hooks.close();
      await redis[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export type System = Awaited<ReturnType<typeof startSystem>>;

/** Creates an app; the API with a key of it that may do everything. */
export async function createApp(admin: Api, url: string, appId: string): Promise<Api> {
  const app = await admin.post('/v3/apps', { appId, name: 'Demo', region: 'us' });
  const key = await admin.post(`/v3/apps/${appId}/apikeys`, { name: 'backend' });
  if (!key.body.data)
    throw new Error(`no key for ${appId}: ${JSON.stringify([app.status, app.body, key.status, key.body])}`);
  return new Api(url, { apikey: key.body.data.apiKey });
}

/** What the endpoint has received, once it is at least so many POSTs. */
export const posts = (endpoint: simulator.Endpoint, count: number) =>
  until(() => {
    const received = endpoint.requests();
    return received.length >= count ? received : undefined;
  }, `${count} POSTs arrive`);

/** The ids of the jobs in a queue, waiting or not, e.g. of `deliveries-custom-chat`. */
export async function jobsOf({ redis }: System, queue: string): Promise<string[]> {
  const ids = (await redis.redis.keys(`{p0}:${queue}:*`)).map((key) => key.split(':').at(-1) as string);
  return ids.filter((id) => /^e[0-9a-z]{13,}(-\d+(\+\d+)?)?$/.test(id));
}

/** Makes a job vanish, as a failover may. */
export async function loseJob({ redis }: System, queue: string, id: string): Promise<void> {
  const [wait, prioritized, job] = ['wait', 'prioritized', id].map((name) => `{p0}:${queue}:${name}`) as [
    string,
    string,
    string,
  ];
  await redis.redis.multi().lrem(wait, 0, id).zrem(prioritized, id).del(job).exec();
}
