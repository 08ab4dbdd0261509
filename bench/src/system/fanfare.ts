import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis } from '@fanfare/redis-server';
import { Closer } from '@fanfare/runtime';
import { Redis } from 'ioredis';
import { Api } from './api.ts';
import { processCpu, redisCpu } from './cpu.ts';
import { type Design, TEXT } from './design.ts';
import { freePort } from './free-port.ts';
import { NodeProcess } from './node-process.ts';
import { Registry } from './registry.ts';
import type { Stage } from './stage.ts';

const MAINS = {
  ingest: new URL('./main.js', import.meta.resolve('@fanfare/ingest/app')),
  fanout: new URL('./main.js', import.meta.resolve('@fanfare/fanout/app')),
  sender: new URL('./main.js', import.meta.resolve('@fanfare/sender/app')),
} as const;

type Role = keyof typeof MAINS;

export interface FanfareOptions {
  /** Additional environment variables of all processes. */
  env?: Record<string, string>;
  /** Options of Node for all processes. */
  nodeArgs?: readonly string[];
}

/** Our system: ingest, fan-out and sender as operators run them, and a Redis that syncs every write. */
export interface Fanfare extends Design {
  redis: Redis;
  /** With the operator's key. */
  admin: Api;
  /** The URL of ingest. */
  url: string;
  processes: ReadonlyMap<string, NodeProcess>;
  /** Starts another process of a kind. */
  add(role: Role, env?: Record<string, string>): Promise<NodeProcess>;
  createApp(appId: string, project: string): Promise<Tenant>;
}

/** An app with an FCM credential, `fcm-1`. */
interface Tenant {
  appId: string;
  /** With a key of the app that may do everything. */
  api: Api;
  registry: Registry;
}

let systems = 0;

/** Starts our system, with one app, `bench`. */
export async function startFanfare(stage: Stage, { env = {}, nodeArgs = [] }: FanfareOptions = {}): Promise<Fanfare> {
  const closer = new Closer();
  return closer.closeOnFailure(async () => {
    systems += 1;
    const folder = join(stage.folder, `fanfare-${systems}`);
    await mkdir(folder);
    const server = closer.add('redis server', await startRedis(), (running) => running[Symbol.asyncDispose]());
    const redis = closer.add('redis', new Redis(server.url, { enableAutoPipelining: true }), (one) => one.disconnect());
    const adminKey = randomBytes(32).toString('hex');
    const shared = {
      REDIS_URL: server.url,
      FANFARE_ADMIN_KEY: adminKey,
      FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
      FCM_ENDPOINT: stage.provider.url,
      EXTRA_CA_FILE: stage.certificate.caFile,
      WEBHOOK_ALLOW_HTTP: 'true',
      WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
      METRICS_PORT: '0',
      ...env,
    };
    const processes = new Map<string, NodeProcess>();
    const add = async (role: Role, own: Record<string, string> = {}, port?: number) => {
      const count = [...processes.keys()].filter((name) => name.startsWith(role)).length;
      const name = count === 0 ? role : `${role}-${count + 1}`;
      const given = port ?? (await freePort());
      const started = await NodeProcess.start(MAINS[role].pathname, {
        name,
        folder,
        env: { ...shared, PORT: String(given), ...own },
        nodeArgs,
        readyUrl: `http://127.0.0.1:${given}/readyz`,
      });
      processes.set(
        name,
        closer.add(name, started, (running) => running.stop()),
      );
      return started;
    };
    const port = await freePort();
    await Promise.all([add('ingest', {}, port), add('fanout'), add('sender')]);
    const url = `http://127.0.0.1:${port}`;
    const admin = new Api(url, { adminkey: adminKey });
    const createApp = async (appId: string, project: string): Promise<Tenant> => {
      await admin.post('/v3/apps', { appId, name: appId, region: 'us' });
      const { apiKey } = await admin.post(`/v3/apps/${appId}/apikeys`, { name: 'backend' });
      const api = new Api(url, { apikey: String(apiKey) });
      const { account } = stage.certificate;
      await api.post('/v3/notifications/push/v1/providers/fcm', {
        providerId: 'fcm-1',
        serviceAccountFilename: 'sa.json',
        serviceAccountCreds: { ...account, project_id: project, token_uri: `${stage.provider.url}/token` },
      });
      return { appId, api, registry: await Registry.of(redis, appId) };
    };
    const { api, registry } = await createApp('bench', 'bench-project');
    return {
      name: 'Fanfare',
      redis,
      admin,
      url,
      processes,
      add,
      createApp,
      async createGroup(group, size) {
        await registry.createDevices(size);
        await registry.createGroup(group, size);
      },
      async post({ id, group }) {
        await api.post('/v3/events', {
          id,
          type: 'message.sent',
          sentAt: Date.now(),
          sender: { uid: 'alice', name: 'Alice' },
          conversation: { type: 'group', id: group, name: group },
          message: { id, text: TEXT },
        });
      },
      async isDone(ids) {
        for (const id of ids) if ((await api.get(`/v3/events/${id}`)).state !== 'done') return false;
        return true;
      },
      async cpu() {
        const cpus = [...processes].map(([name, { pid }]) => [name, processCpu(pid)] as const);
        return { redis: await redisCpu(redis), ...Object.fromEntries(cpus) };
      },
      close: () => closer.close(),
    };
  });
}
