import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FanfareAdmin } from '@fanfare/client';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import * as sender from '@fanfare/sender/app';
import * as simulator from '@fanfare/simulator/app';
import { startTestRedis } from '@fanfare/testkit';

const ADMIN_KEY = 'an admin key for tests, long enough';

/** A whole system on a Redis of its own, with the app `acme` whose webhook is the simulator's endpoint `hook`. */
export async function startSystem() {
  const redis = await startTestRedis();
  const folder = await mkdtemp(join(tmpdir(), 'fanfare-cli-'));
  const pushes = await simulator.start(simulator.readConfig({ PORT: '0', LOG_LEVEL: 'silent' }));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, pushes.caPem);
  const env = {
    REDIS_URL: redis.url,
    PORT: '0',
    LOG_LEVEL: 'silent',
    FANFARE_ADMIN_KEY: ADMIN_KEY,
    FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
    AUTH_FAILURES_PER_MINUTE: '0',
    FCM_ENDPOINT: pushes.tlsUrl,
    APNS_ENDPOINT: pushes.tlsUrl,
    EXTRA_CA_FILE: caFile,
  };
  const api = await ingest.start(ingest.readConfig(env));
  const workers = [await fanout.start(fanout.readConfig(env)), await sender.start(sender.readConfig(env))];
  const admin = new FanfareAdmin({ url: api.url, adminKey: ADMIN_KEY });
  await admin.createApp({ appId: 'acme' });
  const app = admin.app('acme');
  await app.createProvider('custom', { webhookURL: `${pushes.url}/webhook/hook` });
  return {
    url: api.url,
    env: { FANFARE_URL: api.url, FANFARE_ADMIN_KEY: ADMIN_KEY },
    admin,
    app,
    pushes,
    /** The endpoint of the webhook. */
    hook: pushes.endpoint('hook'),
    /** For files; it is deleted at the end. */
    folder,
    async [Symbol.asyncDispose]() {
      for (const worker of workers.reverse()) await worker.close();
      await api.close();
      await pushes.close();
      await redis[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export type System = Awaited<ReturnType<typeof startSystem>>;
