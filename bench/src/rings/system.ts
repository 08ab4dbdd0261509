import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import { startRedis } from '@fanfare/redis-server';
import { Closer } from '@fanfare/runtime';
import * as sender from '@fanfare/sender/app';
import * as simulator from '@fanfare/simulator/app';
import { Api } from '../system/api.ts';

/** The whole system in this process, with one app and its push credentials `fcm-1` and `apns-1`. */
export interface RingSystem {
  /** With a key of the app that may do everything. */
  backend: Api;
  push: Pick<simulator.Simulator, 'fcm' | 'apns'>;
  close(): Promise<void>;
}

const ADMIN_KEY = randomBytes(32).toString('hex');
const PROVIDERS = '/v3/notifications/push/v1/providers';

/** Starts ingest, fan-out, sender and the simulated push services, on a Redis of their own that syncs every write. */
export async function startRingSystem(): Promise<RingSystem> {
  const closer = new Closer();
  return closer.closeOnFailure(async () => {
    const redis = closer.add('redis', await startRedis(), (server) => server[Symbol.asyncDispose]());
    const config = simulator.readConfig({ PORT: '0', LOG_LEVEL: 'silent' });
    const push = closer.add('simulator', await simulator.start(config), (running) => running.close());
    const folder = closer.add('folder', await mkdtemp(join(tmpdir(), 'fanfare-bench-')), (path) =>
      rm(path, { recursive: true }),
    );
    const env = await environmentOf(redis.url, push, folder);
    const api = closer.add('ingest', await ingest.start(ingest.readConfig(env)), (app) => app.close());
    closer.add('fanout', await fanout.start(fanout.readConfig(env)), (app) => app.close());
    closer.add('sender', await sender.start(sender.readConfig(env)), (app) => app.close());
    const backend = await createApp(api.url);
    await addCredentials(backend, push);
    return { backend, push, close: () => closer.close() };
  });
}

async function environmentOf(redisUrl: string, { tlsUrl, caPem }: simulator.Simulator, folder: string) {
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, caPem);
  return {
    REDIS_URL: redisUrl,
    PORT: '0',
    LOG_LEVEL: 'silent',
    FANFARE_ADMIN_KEY: ADMIN_KEY,
    FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
    FCM_ENDPOINT: tlsUrl,
    APNS_ENDPOINT: tlsUrl,
    EXTRA_CA_FILE: caFile,
  };
}

async function createApp(url: string): Promise<Api> {
  const admin = new Api(url, { adminkey: ADMIN_KEY });
  await admin.post('/v3/apps', { appId: 'bench', name: 'Bench', region: 'us' });
  const { apiKey } = await admin.post('/v3/apps/bench/apikeys', { name: 'backend' });
  return new Api(url, { apikey: String(apiKey) });
}

async function addCredentials(backend: Api, { fcm, apns }: simulator.Simulator): Promise<void> {
  const serviceAccountCreds = await fcm.demoServiceAccount('demo-project');
  await backend.post(`${PROVIDERS}/fcm`, {
    providerId: 'fcm-1',
    serviceAccountFilename: 'sa.json',
    serviceAccountCreds,
  });
  const bundleId = 'com.example.chat';
  const { teamId, keyId, p8Key } = apns.demoApnsKey({ bundleIds: [bundleId] });
  const key = { providerId: 'apns-1', teamId, keyId, p8Key, bundleId, productionMode: true };
  await backend.post(`${PROVIDERS}/apns`, key);
}
