import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as ingest from '@fanfare/ingest/app';
import { freePorts, until, usedMemory } from '@fanfare/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { addPushProviders } from '../support/devices.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

const FANFARE = fileURLToPath(new URL('../../../apps/cli/bin/fanfare.js', import.meta.url));
const PROVIDERS = '/v3/notifications/push/v1/providers';

/** Nothing listens there. */
const [closedPort] = await freePorts(1);

let system: System;
beforeAll(async () => {
  system = await startSystem({
    senderEnv: { SENDER_PROVIDERS: 'fcm,custom' },
    env: { CORS_ORIGINS: 'https://chat.example.com' },
  });
  await addPushProviders(system);
  await system.backend.delete(`${PROVIDERS}/apns/apns-1`);
});
afterAll(() => system[Symbol.asyncDispose]());

/** Runs the command as an operator does, with the variables of the apps. */
function doctor(extra: Record<string, string> = {}, args: string[] = []) {
  const { FANFARE_ADMIN_KEY, CORS_ORIGINS } = system.env as Record<string, string>;
  // Without REDIS_URL: how fast this machine writes is another test's.
  const given = { FANFARE_ADMIN_KEY, CORS_ORIGINS, FANFARE_URL: system.url, PUBLIC_URL: system.url };
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...given, ...extra };
  return new Promise<{ code: number; printed: string }>((resolve) => {
    execFile(process.execPath, [FANFARE, 'doctor', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, printed: stdout + stderr });
    });
  });
}

test('doctor finds no problem where there is none', async () => {
  const { code, printed } = await doctor();
  expect(printed).toMatch(/^No problem found\.$/m);
  expect(printed).toContain('The FCM credential fcm-1 of app123 works.');
  expect(printed).toContain('The webhook of app123 works.');
  expect(code).toBe(0);
  const json = await doctor({}, ['--json']);
  expect(JSON.parse(json.printed)).toMatchObject({ problems: 0 });
});

const config = (...settings: [string, string][]) =>
  Promise.all(settings.map(([name, value]) => system.redis.redis.config('SET', name, value)));

async function changeWebhook(webhookURL: string): Promise<void> {
  const { password: basicAuthPassword } = BASIC_AUTH;
  const { status } = await system.backend.put(`${PROVIDERS}/custom`, { webhookURL, basicAuthPassword });
  expect(status).toBe(200);
}

/** A fault, what makes it and unmakes it, and what the doctor says. */
interface Fault {
  fault: string;
  make?: () => Promise<unknown>;
  unmake?: () => Promise<unknown>;
  env?: () => Record<string, string>;
  says: RegExp;
  remedy: RegExp;
}

const FAULTS: Fault[] = [
  {
    fault: 'a Redis that evicts',
    make: () => config(['maxmemory-policy', 'allkeys-lru']),
    unmake: () => config(['maxmemory-policy', 'noeviction']),
    says: /its maxmemory-policy is allkeys-lru/,
    remedy: /maxmemory-policy noeviction/,
  },
  {
    fault: 'a Redis without AOF',
    make: () => config(['appendonly', 'no']),
    unmake: () => config(['appendonly', 'yes']),
    says: /keeps nothing on disk/,
    remedy: /appendonly yes/,
  },
  {
    fault: 'memory that is nearly full',
    make: async () => {
      // So much that what the system itself uses meanwhile makes no difference.
      await system.redis.redis.setrange('ballast', 100_000_000, 'x');
      await config(['maxmemory', String(Math.round((await usedMemory(system.redis.redis)) / 0.65))]);
      // Ingest uses a reading for up to a second.
      const fullness = async () => (await system.admin.get('/v3/system')).body.data.redis.fullness;
      await until(async () => (await fullness()) > 0.6, 'ingest sees it');
    },
    unmake: async () => {
      await config(['maxmemory', '0']);
      await system.redis.redis.del('ballast');
    },
    says: /Redis is \d\d % full/,
    remedy: /maxmemory/,
  },
  {
    fault: 'a secret that no master key opens',
    make: async () => {
      const env = { ...system.env, FANFARE_MASTER_KEY: randomBytes(32).toString('base64') };
      const other = await ingest.start(ingest.readConfig(env));
      const { body } = await system.admin.post('/v3/apps/app123/apikeys', {});
      const serviceAccountCreds = await system.hooks.fcm.demoServiceAccount('demo-project');
      await new Api(other.url, { apikey: body.data.apiKey }).post(`${PROVIDERS}/fcm`, {
        providerId: 'fcm-2',
        serviceAccountCreds,
      });
      await other.close();
    },
    unmake: () => system.backend.delete(`${PROVIDERS}/fcm/fcm-2`),
    says: /FCM credential fcm-2 of app123 does not work \(secret_unreadable\)/,
    remedy: /No master key of the senders decrypts the secret/,
  },
  {
    fault: 'a credential that is refused',
    make: async () => {
      const account = await system.hooks.fcm.demoServiceAccount('demo-project');
      const other = await system.hooks.fcm.demoServiceAccount('demo-other');
      await system.backend.post(`${PROVIDERS}/fcm`, {
        providerId: 'fcm-3',
        serviceAccountCreds: { ...account, client_email: other.client_email },
      });
    },
    unmake: () => system.backend.delete(`${PROVIDERS}/fcm/fcm-3`),
    says: /FCM credential fcm-3 of app123 does not work/,
    remedy: /Google refuses the service account/,
  },
  {
    fault: 'a webhook that cannot be reached',
    make: () => changeWebhook(`http://127.0.0.1:${closedPort}/hook`),
    unmake: () => changeWebhook(`${system.hooks.url}/webhook/hook`),
    says: /The webhook of app123 does not work \(connection_refused\)/,
    remedy: /Nothing listens at the address of the endpoint/,
  },
  {
    fault: 'a provider in use without a worker',
    make: async () => {
      const { keyId, p8Key } = system.hooks.apns.demoApnsKey({ bundleIds: ['com.example.chat'] });
      const body = { providerId: 'apns-2', teamId: 'DEMOTEAM01', keyId, p8Key, bundleId: 'com.example.chat' };
      await system.backend.post(`${PROVIDERS}/apns`, body);
    },
    unmake: () => system.backend.delete(`${PROVIDERS}/apns/apns-2`),
    says: /app123 has an APNs credential, but no sender serves apns/,
    remedy: /SENDER_PROVIDERS=apns/,
  },
  {
    fault: 'mixed versions',
    make: async () => {
      const { redis } = system.redis;
      const record = {
        id: 'old',
        role: 'sender',
        version: '0.0.9',
        host: 'h',
        pid: 1,
        startedAt: 1,
        seenAt: Date.now(),
      };
      await redis.set('{p0}:process:old', JSON.stringify(record));
      await redis.zadd('{p0}:processes', Date.now() + 60_000, 'old');
    },
    unmake: () => system.redis.redis.zrem('{p0}:processes', 'old'),
    says: /different versions/,
    remedy: /UPGRADING\.md/,
  },
  {
    fault: 'a PUBLIC_URL that leads elsewhere',
    env: () => ({ PUBLIC_URL: `http://127.0.0.1:${closedPort}` }),
    says: /cannot be reached: ECONNREFUSED/,
    remedy: /PUBLIC_URL must be where clients reach the API/,
  },
  {
    fault: 'origins that the API does not know',
    env: () => ({ CORS_ORIGINS: 'https://chat.example.com,https://new.example.com' }),
    says: /Pages of https:\/\/new\.example\.com may not call the API/,
    remedy: /CORS_ORIGINS/,
  },
  {
    fault: 'a lane that is stuck',
    make: async () => {
      await system.redis.redis.zadd('{p0}:open:chat', Date.now() - 400_000, 'stuck');
    },
    unmake: () => system.redis.redis.zrem('{p0}:open:chat', 'stuck'),
    says: /The oldest of 1 open chat event is 7 min old/,
    remedy: /docs\/runbooks\/stuck\.md/,
  },
];

describe('doctor finds, and says how to mend,', () => {
  test.each(FAULTS)('$fault', async ({ make, unmake, env, says, remedy }) => {
    await make?.();
    try {
      const { code, printed } = await doctor(env?.());
      const lines = printed.split('\n');
      const at = lines.findIndex((line) => /^(PROBLEM|warning) /.test(line) && says.test(line));
      expect({ printed, found: at >= 0 }).toEqual({ printed, found: true });
      expect(lines[at + 1]).toMatch(remedy);
      // A remedy is one line: the next one is another finding, or the sum.
      expect(lines[at + 2]).toMatch(/^(PROBLEM|warning|ok|–) |found\.$/);
      expect(code).toBe(/^PROBLEM/m.test(printed) ? 1 : 0);
    } finally {
      await unmake?.();
    }
  });
});

test('doctor says that the API gives no answer, or refuses the key', async () => {
  expect(await doctor({ FANFARE_URL: 'http://127.0.0.1:1' })).toMatchObject({
    code: 2,
    printed: expect.stringContaining('gives no answer'),
  });
  const { code, printed } = await doctor({ FANFARE_ADMIN_KEY: 'another key, which is long enough too' });
  expect([code, printed]).toEqual([2, expect.stringContaining('Check FANFARE_URL, FANFARE_ADMIN_KEY')]);
});
