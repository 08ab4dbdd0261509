import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Closer } from '@fanfare/runtime';
import { Child } from '../../child/child.ts';
import { Api } from '../../system/api.ts';
import { freePort } from '../../system/free-port.ts';
import type { AppName } from '../traffic/posting.ts';
import { type DrillRedis, startDrillRedis } from './redis.ts';
import { fillRegistry } from './registry.ts';
import type { SimulatorCalls } from './simulator-process.ts';
import { prepareSlowDisk, type SlowDisk } from './slow-disk.ts';
import { type Role, Worker } from './workers.ts';

/** Sends in flight per provider in each lane of a sender: few, so that what a kill may duplicate is few as well. */
const SENDS = { CALL: 10, CHAT: 30, BULK: 30 };
const PROVIDERS = 3;
/** What one process may have in flight, in all its lanes and to all providers. */
export const IN_FLIGHT = PROVIDERS * (SENDS.CALL + SENDS.CHAT + SENDS.BULK);

/** What the faults hit. */
export interface DrillSystem {
  workers: Record<Role, readonly [Worker, Worker]>;
  redis: DrillRedis;
  simulator: Child<SimulatorCalls>;
  disk: SlowDisk | { missing: string };
  /** The API keys of the apps. */
  keys: Record<AppName, string>;
  close(): Promise<void>;
}

interface SystemOptions {
  isCluster?: boolean;
  /** A production tree to run; default: this checkout. */
  tree?: string | undefined;
  /** Of all processes, besides what the drill sets. */
  env?: Record<string, string>;
}

/** Starts two ingests, two fan-outs and two senders, a simulator and a Redis, each a process of its own. */
export function startSystem({ isCluster = false, tree, env: extra = {} }: SystemOptions): Promise<DrillSystem> {
  const closer = new Closer();
  return closer.closeOnFailure(async () => {
    const folder = closer.add('folder', await mkdtemp(join(tmpdir(), 'fanfare-drill-')), (path) =>
      rm(path, { recursive: true, force: true }),
    );
    const disk = await prepareSlowDisk(folder);
    const redis = closer.add('redis', await startDrillRedis(isCluster, 'missing' in disk ? {} : disk.env), (running) =>
      running[Symbol.asyncDispose](),
    );
    const simulator = closer.add(
      'simulator',
      new Child<SimulatorCalls>(new URL('./simulator-process.js', import.meta.url)),
      (running) => running.close(),
    );
    const target = await simulator.call('target', undefined);
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, target.caPem);
    const adminKey = randomBytes(32).toString('hex');
    const places = { redisUrl: redis.url, tlsUrl: target.tlsUrl, caFile, adminKey, isCluster };
    const env = { ...environment(places), ...extra };
    const start = async (role: Role, nth: number) => {
      const worker = new Worker({ role, nth, port: await freePort(), folder, env, tree });
      closer.add(worker.name, worker, (running) => running.kill());
      await worker.start();
      return worker;
    };
    const twins = (role: Role) => Promise.all([start(role, 1), start(role, 2)]);
    const [ingest, fanout, sender] = await Promise.all([twins('ingest'), twins('fanout'), twins('sender')]);
    const admin = new Api(ingest[0].url, { adminkey: adminKey });
    const keys = await fillRegistry(admin, redis.url, target);
    const workers = { ingest, fanout, sender };
    return { workers, redis, simulator, disk, keys, close: () => closer.close() };
  });
}

interface Places {
  redisUrl: string;
  tlsUrl: string;
  caFile: string;
  adminKey: string;
  isCluster: boolean;
}

const environment = ({ redisUrl, tlsUrl, caFile, adminKey, isCluster }: Places): Record<string, string> => ({
  REDIS_URL: redisUrl,
  QUEUE_SHARDS: isCluster ? '3' : '1',
  FANFARE_ADMIN_KEY: adminKey,
  FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
  FCM_ENDPOINT: tlsUrl,
  APNS_ENDPOINT: tlsUrl,
  EXTRA_CA_FILE: caFile,
  WEBHOOK_ALLOW_HTTP: 'true',
  WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
  METRICS_PORT: '0',
  LOG_LEVEL: 'warn',
  SHUTDOWN_GRACE_MS: '5000',
  ...Object.fromEntries(Object.entries(SENDS).map(([lane, sends]) => [`SENDER_CONCURRENCY_${lane}`, String(sends)])),
});
