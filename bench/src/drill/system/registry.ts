import { connectRedis } from '@fanfare/redis';
import { addMembers, findAppId, registerDevice } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { Api } from '../../system/api.ts';
import { type AppName, DEADLINES_MS } from '../traffic/posting.ts';
import { LARGE_GROUP, SMALL_GROUP, tokenOf, uidOf } from '../traffic/traffic.ts';
import { BUNDLE_ID } from './bundle-id.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';
/** Written at once. */
const BATCH = 500;

interface Target {
  webhookUrl: string;
  serviceAccount: object;
  apnsKey: object;
}

/** Creates both apps with their groups, providers and phones; their API keys. */
export async function fillRegistry(admin: Api, url: string, target: Target): Promise<Record<AppName, string>> {
  const redis = await connectRedis(url, 'worker', () => {});
  try {
    return await createApps(admin, redis, target);
  } finally {
    redis.disconnect();
  }
}

async function createApps(admin: Api, redis: Redis, target: Target): Promise<Record<AppName, string>> {
  const phones = await createApp(admin, redis, 'phones');
  const serviceAccount = { serviceAccountFilename: 'sa.json', serviceAccountCreds: target.serviceAccount };
  await phones.api.post(`${PROVIDERS}/fcm`, { providerId: 'fcm', ...serviceAccount });
  const apns = { ...target.apnsKey, bundleId: BUNDLE_ID, productionMode: true };
  await phones.api.post(`${PROVIDERS}/apns`, { providerId: 'apns', ...apns });
  await inBatches(LARGE_GROUP, (users) => Promise.all(users.map((n) => registerPhone(redis, phones.appId, n))));
  const webhook = await createApp(admin, redis, 'webhook');
  await webhook.api.post(`${PROVIDERS}/custom`, { isEnabled: true, webhookURL: target.webhookUrl });
  return { phones: phones.key, webhook: webhook.key };
}

async function createApp(admin: Api, redis: Redis, name: AppName) {
  await admin.post('/v3/apps', { appId: name, name, region: 'us' });
  const { apiKey } = await admin.post(`/v3/apps/${name}/apikeys`, { name: 'backend' });
  const key = String(apiKey);
  const api = admin.as({ apikey: key });
  const callInitiated = { leaveMs: DEADLINES_MS.ring, holdMs: DEADLINES_MS.ring };
  await api.patch('/v3/notifications/v1/settings', { deadlines: { callInitiated } });
  const appId = await findAppId(redis, name);
  if (appId === undefined) throw new Error(`there is no app ${name}`);
  for (const [group, size] of [
    ['small', SMALL_GROUP],
    ['large', LARGE_GROUP],
  ] as const) {
    await inBatches(size, (users) => addMembers(redis, appId, group, users.map(uidOf), Date.now()));
  }
  return { api, appId, key };
}

/** Each user has one phone. */
async function registerPhone(redis: Redis, appId: string, n: number): Promise<void> {
  const kind =
    n % 2 === 0 ? { platform: 'fcm_android', providerId: 'fcm' } : { platform: 'apns_ios_device', providerId: 'apns' };
  await registerDevice(
    redis,
    appId,
    uidOf(n),
    { ...kind, token: tokenOf(n) } as Parameters<typeof registerDevice>[3],
    Date.now(),
  );
}

async function inBatches(count: number, write: (numbers: number[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    await write(Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i));
  }
}
