import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';

let system: System;
let running: sender.Sender;
beforeAll(async () => {
  system = await startSystem({ apps: ['fanout'] });
  running = await sender.start(sender.readConfig(system.env));
  await addPushProviders(system);
  await register(system, await logIn(system), ANDROID);
  await register(system, await logIn(system), IPHONE);
});
afterAll(async () => {
  await running.close();
  await system[Symbol.asyncDispose]();
});

const providersOf = async (kind: string) => {
  const { body } = await system.backend.get(`${PROVIDERS}/${kind}`);
  return body.data.pushProviders;
};

async function sendOne(): Promise<string> {
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  return event.id;
}

async function metric(port: number, name: string, provider: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`fanfare_${name}{provider="${provider}"} (\\d+)`).exec(text)?.[1]);
}

/** How many of a provider's credentials refuse, by the metrics of the sender. */
const refusing = (provider: string) => metric(running.metricsPort, 'refusing', provider);

/** How many are marked as failing, by those of ingest. */
const failing = (provider: string) => metric(system.metricsPort, 'credentials_failing', provider);

const BUNDLES = { bundleIds: ['com.example.chat'] };

test('a key that is revoked is replaced by the next one, and no delivery notices', async () => {
  expect(await system.done(await sendOne())).toMatchObject({ planned: 3, accepted: 3 });
  const { keyId, p8Key } = system.hooks.apns.demoApnsKey({ ...BUNDLES, keyId: 'NEXTKEY001' });
  const apns = await system.backend.put(`${PROVIDERS}/apns`, { providerId: 'apns-1', next: { keyId, p8Key } });
  expect(apns.body.data.pushProviders).toMatchObject([{ keyId: 'DEMOKEY001', next: { keyId: 'NEXTKEY001' } }]);
  expect(JSON.stringify(apns.body)).not.toContain('PRIVATE KEY');
  // The simulator trusts the newest account of a project, so the current one is revoked.
  const serviceAccountCreds = await system.hooks.fcm.demoServiceAccount('demo-project');
  await system.backend.put(`${PROVIDERS}/fcm`, { providerId: 'fcm-1', next: { serviceAccountCreds } });
  system.hooks.fcm.revokeTokens();
  system.hooks.apns.demoApnsKey(BUNDLES);
  expect(await system.done(await sendOne())).toMatchObject({ planned: 3, accepted: 3 });
  expect(await providersOf('apns')).toEqual([expect.objectContaining({ keyId: 'NEXTKEY001' })]);
  expect((await providersOf('apns'))[0].next).toBeUndefined();
  expect(await providersOf('fcm')).toEqual([
    expect.objectContaining({ clientEmail: serviceAccountCreds.client_email }),
  ]);
  expect((await providersOf('fcm'))[0].next).toBeUndefined();
});

test('deliveries of a refused credential are held and shown by a metric, while others go on', async () => {
  system.hooks.apns.setFaults({ badCredential: true });
  const ids = [await sendOne(), await sendOne(), await sendOne()];
  const statesOf = async (id: string) => {
    const { body } = await system.backend.get(`/v3/events/${id}/recipients/bob`);
    return body.data.targets?.map(({ provider, state }: { provider: string; state: string }) => `${provider} ${state}`);
  };
  for (const id of ids) {
    const expected = ['apns held', 'custom accepted', 'fcm accepted'];
    await until(async () => (await statesOf(id))?.sort().join() === expected.join(), 'only APNs waits');
  }
  expect(await refusing('apns')).toBe(1);
  expect([await failing('apns'), await failing('fcm')]).toEqual([1, 0]);
  expect(await refusing('fcm')).toBe(0);
  expect(await providersOf('apns')).toMatchObject([{ failing: { reason: expect.any(String) } }]);
  system.hooks.apns.setFaults({});
  for (const id of ids) expect(await system.done(id, 60_000)).toMatchObject({ accepted: 3 });
  expect([await refusing('apns'), await failing('apns')]).toEqual([0, 0]);
}, 60_000);

test('the next key of another project is refused', async () => {
  const serviceAccountCreds = await system.hooks.fcm.demoServiceAccount('another-project');
  const { status, body } = await system.backend.put(`${PROVIDERS}/fcm`, {
    providerId: 'fcm-1',
    next: { serviceAccountCreds },
  });
  expect([status, body.error.code]).toEqual([400, 'ERR_BAD_REQUEST']);
  expect(body.error.message).toMatch(/^next.serviceAccountCreds.project_id: /);
});
