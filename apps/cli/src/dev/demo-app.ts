import { randomBytes } from 'node:crypto';
import { NotifyOption } from '@fanfare/core';
import type { Simulator } from '@fanfare/simulator/app';
import { Api } from '../api.ts';
import { addDemoDevices } from './demo-devices.ts';

/** The demo app with its users and group. */
export const DEMO = {
  appId: 'demo',
  guid: 'hiking',
  groupName: 'Hiking group',
  people: { alice: 'Alice', bob: 'Bob', carol: 'Carol', dave: 'Dave' },
  groupSize: 100,
} as const;

/** The inputs of `addDemoApp`. */
export interface DemoOptions {
  apiUrl: string;
  adminKey: string;
  /** Receives the app's notifications. */
  simulator: Simulator;
  signal: AbortSignal;
}

/** The demo app's API key, and a client that uses it. */
export interface DemoApp {
  apiKey: string;
  backend: Api;
}

/** The simulator's endpoint, also its user name. */
export const DEMO_ENDPOINT = 'demo';

/** The name of API keys that `fanfare dev` creates and may revoke. */
const KEY_NAME = 'fanfare dev';

/** Group actions are off by default; the demo shows one. */
const NOTIFY_MEMBER_LEFT = { preferences: { group: { memberLeftSetting: NotifyOption.Notify } } };

const PROVIDER = '/v3/notifications/push/v1/providers/custom';

/**
 * Adds the demo app over HTTP. Resets its users, their preferences and devices, its group, webhook and credentials; all
 * else in the app stays. Creates a new API key, because a key is shown only once, and revokes the previous start's.
 */
export async function addDemoApp({ apiUrl, adminKey, simulator, signal }: DemoOptions): Promise<DemoApp> {
  const apiKey = await createApp(new Api(apiUrl, { adminkey: adminKey }, signal));
  const backend = new Api(apiUrl, { apikey: apiKey }, signal);
  for (const [uid, name] of Object.entries(DEMO.people)) {
    await backend.call(`PUT /v3/users/${uid}`, { name, avatar: `https://example.com/avatars/${uid}.png` });
    // The README's tour turns on bob's Do Not Disturb.
    await backend.call(`DELETE /v3/notifications/v1/preferences?uid=${uid}`);
  }
  await backend.call(`PUT /v3/groups/${DEMO.guid}`, { name: DEMO.groupName });
  await backend.call(`PUT /v3/groups/${DEMO.guid}/members`, members());
  await backend.call('PATCH /v3/notifications/v1/settings', NOTIFY_MEMBER_LEFT);
  await setWebhook(backend, simulator);
  const asPerson = (authToken: string) => new Api(apiUrl, { authtoken: authToken, appid: DEMO.appId }, signal);
  await addDemoDevices({ backend, asPerson }, simulator);
  return { apiKey, backend };
}

async function createApp(admin: Api): Promise<string> {
  const { appId } = DEMO;
  await admin.call('POST /v3/apps', { appId, name: 'Demo', region: 'us' }, 'ERR_APP_ALREADY_EXISTS');
  const keys = `/v3/apps/${appId}/apikeys`;
  const { data: before } = await admin.call<{ data: { id: string; name: string }[] }>(`GET ${keys}`);
  for (const { id } of before.filter(({ name }) => name === KEY_NAME)) await admin.call(`DELETE ${keys}/${id}`);
  const { data } = await admin.call<{ data: { apiKey: string } }>(`POST ${keys}`, { name: KEY_NAME });
  return data.apiKey;
}

function members(): string {
  const people = Object.keys(DEMO.people);
  const hikers = Array.from({ length: DEMO.groupSize - people.length }, (_, i) => `hiker-${i + 1}`);
  return [...people, ...hikers].map((uid) => JSON.stringify({ uid })).join('\n');
}

/** Leaves a webhook alone that the user has set to another address. */
async function setWebhook(backend: Api, simulator: Simulator): Promise<void> {
  const webhookURL = `${simulator.url}/webhook/${DEMO_ENDPOINT}`;
  const { data } = await backend.call<{ data: { pushProviders: { webhookURL: string }[] } }>(`GET ${PROVIDER}`);
  const [before] = data.pushProviders;
  if (before && !sameButForPort(before.webhookURL, webhookURL)) return;
  // Replaced, not changed: the old secret cannot be decrypted if the master key has changed.
  if (before) await backend.call(`DELETE ${PROVIDER}`);
  const password = randomBytes(12).toString('base64url');
  simulator.endpoint(DEMO_ENDPOINT).configure({ basicAuth: { username: DEMO_ENDPOINT, password } });
  await backend.call(`POST ${PROVIDER}`, {
    webhookURL,
    useBasicAuth: true,
    basicAuthUsername: DEMO_ENDPOINT,
    basicAuthPassword: password,
  });
}

function sameButForPort(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  return a.hostname === b.hostname && a.pathname === b.pathname;
}
