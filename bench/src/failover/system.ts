import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Closer } from '@fanfare/runtime';
import { Api } from '../system/api.ts';
import { processCpu } from '../system/cpu.ts';
import { freePort } from '../system/free-port.ts';
import { NodeProcess } from '../system/node-process.ts';
import { Receiver } from '../system/receiver.ts';
import type { FailoverRedis } from './redis.ts';

const MAINS = {
  ingest: new URL('./main.js', import.meta.resolve('@fanfare/ingest/app')),
  fanout: new URL('./main.js', import.meta.resolve('@fanfare/fanout/app')),
  sender: new URL('./main.js', import.meta.resolve('@fanfare/sender/app')),
} as const;

/** The system as separate processes, with an app whose webhook is `receiver`'s. */
export interface FailoverSystem {
  url: string;
  headers: Record<string, string>;
  receiver: Receiver;
  /** Of ingest so far, microseconds. */
  ingestCpu(): number;
  /** What `/readyz` says about replicas. */
  replicas(): Promise<string>;
  loadGroup(guid: string, members: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts one process of each. */
export function startSystem(redis: FailoverRedis, extra: Readonly<Record<string, string>>): Promise<FailoverSystem> {
  const closer = new Closer();
  return closer.closeOnFailure(async () => {
    const folder = closer.add('folder', await mkdtemp(join(tmpdir(), 'fanfare-failover-')), (path) =>
      rm(path, { recursive: true, force: true }),
    );
    const receiver = closer.add('receiver', await Receiver.start(), (one) => one.close());
    const adminKey = randomBytes(32).toString('hex');
    const env = {
      REDIS_URL: redis.url,
      QUEUE_SHARDS: String(redis.shards),
      FANFARE_ADMIN_KEY: adminKey,
      FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
      WEBHOOK_ALLOW_HTTP: 'true',
      WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
      METRICS_PORT: '0',
      LOG_LEVEL: 'warn',
      SHUTDOWN_GRACE_MS: '3000',
      ...extra,
    };
    const start = async (role: keyof typeof MAINS) => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const options = { name: role, folder, env: { ...env, PORT: String(port) }, readyUrl: `${url}/readyz` };
      const running = await NodeProcess.start(MAINS[role].pathname, options);
      return { url, running: closer.add(role, running, (one) => one.stop()) };
    };
    const [ingest] = await Promise.all([start('ingest'), start('fanout'), start('sender')]);
    const { url } = ingest;
    const admin = new Api(url, { adminkey: adminKey });
    await admin.post('/v3/apps', { appId: 'demo', name: 'Demo', region: 'us' });
    const { apiKey } = await admin.post('/v3/apps/demo/apikeys', { name: 'backend' });
    const headers = { apikey: String(apiKey) };
    const webhook = { isEnabled: true, webhookURL: receiver.webhook('all') };
    await new Api(url, headers).post('/v3/notifications/push/v1/providers/custom', webhook);
    return {
      url,
      headers,
      receiver,
      ingestCpu: () => processCpu(ingest.running.pid),
      async replicas() {
        const { checks } = (await (await fetch(`${url}/readyz`)).json()) as {
          checks: Record<string, { detail: string }>;
        };
        return `${checks.durability?.detail}; ${checks.replicas?.detail}`;
      },
      async loadGroup(guid, members) {
        await new Api(url, headers).put(`/v3/groups/${guid}`, { name: guid });
        const body = Array.from({ length: members }, (_, i) => JSON.stringify({ uid: `${guid}-${i}` })).join('\n');
        const types = { ...headers, 'content-type': 'application/x-ndjson' };
        const answer = await fetch(`${url}/v3/groups/${guid}/members`, { method: 'PUT', headers: types, body });
        if (!answer.ok) throw new Error(`the group ${guid}: ${answer.status} ${await answer.text()}`);
        await answer.arrayBuffer();
      },
      close: () => closer.close(),
    };
  });
}
