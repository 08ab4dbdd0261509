import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readOpenEvents } from '@fanfare/ledger';
import { startRedis } from '@fanfare/redis-server';
import { Closer } from '@fanfare/runtime';
import { Redis } from 'ioredis';
import { Api } from './api.ts';
import { processCpu, redisCpu } from './cpu.ts';
import type { Design } from './design.ts';
import { directMessage, groupMessage } from './events.ts';
import { freePort } from './free-port.ts';
import { NodeProcess } from './node-process.ts';
import type { Stage } from './stage.ts';
import { type Platform, Tenant } from './tenant.ts';

const MAINS = {
  ingest: new URL('./main.js', import.meta.resolve('@fanfare/ingest/app')),
  fanout: new URL('./main.js', import.meta.resolve('@fanfare/fanout/app')),
  sender: new URL('./main.js', import.meta.resolve('@fanfare/sender/app')),
} as const;

type Role = keyof typeof MAINS;

export interface FanfareOptions {
  /** Additional environment variables of all processes. */
  env?: Record<string, string>;
  /** Options of Node. */
  nodeArgs?: readonly string[];
  /** The processes to start with; one of each by default. */
  roles?: readonly Role[];
}

/** Our system: ingest, fan-out and sender as operators run them, and a Redis that syncs every write. */
export interface Fanfare extends Design {
  redis: Redis;
  url: string;
  /** By name: `ingest`, `fanout`, `sender`, `sender-2`, … */
  processes: ReadonlyMap<string, NodeProcess>;
  /** The app of `createGroup` and `post`, with the FCM credential `fcm-1`. */
  bench: Tenant;
  start(role: Role): Promise<NodeProcess>;
  createTenant(appId: string): Promise<Tenant>;
}

let systems = 0;

/** Starts our system, with one app. */
export async function startFanfare(stage: Stage, options: FanfareOptions = {}): Promise<Fanfare> {
  const { env = {}, nodeArgs = [], roles = ['ingest', 'fanout', 'sender'] } = options;
  const closer = new Closer();
  return closer.closeOnFailure(async () => {
    systems += 1;
    const folder = join(stage.folder, `fanfare-${systems}`);
    await mkdir(folder);
    const server = closer.add('redis server', await startRedis(), (running) => running[Symbol.asyncDispose]());
    const redis = closer.add('redis', new Redis(server.url, { enableAutoPipelining: true }), (one) => one.disconnect());
    const adminKey = randomBytes(32).toString('hex');
    const shared = { ...environment(stage), REDIS_URL: server.url, FANFARE_ADMIN_KEY: adminKey, ...env };
    const ports = { ingest: await freePort() };
    const processes = new Map<string, NodeProcess>();
    const start = async (role: Role): Promise<NodeProcess> => {
      const others = [...processes.keys()].filter((name) => name.startsWith(role)).length;
      const name = others === 0 ? role : `${role}-${others + 1}`;
      const port = role === 'ingest' ? ports.ingest : await freePort();
      const started = await NodeProcess.start(MAINS[role].pathname, {
        name,
        folder,
        env: { ...shared, PORT: String(port) },
        nodeArgs,
        readyUrl: `http://127.0.0.1:${port}/readyz`,
      });
      processes.set(name, started);
      return closer.add(name, started, (running) => running.stop());
    };
    await Promise.all(roles.map(start));
    const url = `http://127.0.0.1:${ports.ingest}`;
    const platform: Platform = {
      url,
      admin: new Api(url, { adminkey: adminKey }),
      redis,
      account: stage.certificate.account,
      providerUrl: stage.provider.url,
    };
    const bench = await Tenant.create(platform, 'bench');
    await bench.useFcm('fcm-1', 'bench-project');
    return {
      name: 'Fanfare',
      redis,
      url,
      processes,
      bench,
      start,
      createTenant: (appId) => Tenant.create(platform, appId),
      createDevices: (count) => bench.registry.createDevices(count),
      async createGroup(group, size) {
        await bench.registry.createDevices(size);
        await bench.registry.createGroup(group, size);
      },
      async post(post) {
        const { id } = post;
        await bench.api.post('/v3/events', 'to' in post ? directMessage(id, post.to) : groupMessage(id, post.group));
      },
      async isDone() {
        const open = await readOpenEvents(redis, 1, Date.now());
        return Object.values(open).every(({ count }) => count === 0);
      },
      async cpu() {
        const cpus = [...processes].map(([name, { pid }]) => [name, processCpu(pid)] as const);
        return { redis: await redisCpu(redis), ...Object.fromEntries(cpus) };
      },
      close: () => closer.close(),
    };
  });
}

/** What all processes share. */
const environment = ({ provider, certificate }: Stage): Record<string, string> => ({
  FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
  FCM_ENDPOINT: provider.url,
  EXTRA_CA_FILE: certificate.caFile,
  WEBHOOK_ALLOW_HTTP: 'true',
  WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
  METRICS_PORT: '0',
  // A run is over when it is over; nothing in hand is worth waiting for.
  SHUTDOWN_GRACE_MS: '3000',
});
