import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addPushProviders } from '../support/devices.ts';
import { aGroupMessage, aMessage } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';
const WAVE = 1000;

let system: System;
let running: sender.Sender;
beforeAll(async () => {
  system = await startSystem({ apps: ['fanout'] });
  await system.backend.delete(`${PROVIDERS}/custom`);
  await addPushProviders(system);
  running = await sender.start(sender.readConfig(system.env));
});
afterAll(async () => {
  await running.close();
  await system[Symbol.asyncDispose]();
});

async function metric(port: number, name: string, provider: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`fanfare_${name}{provider="${provider}"} (\\d+)`).exec(text)?.[1]);
}

/** A group of so many users, each with a device that has this token and a number. */
async function join(
  group: string,
  count: number,
  { token, ...device }: { platform: string; providerId: string; token: string },
) {
  const uids = Array.from({ length: count }, (_, i) => `${group}-${i}`);
  const lines = uids.flatMap((uid, i) => [
    { type: 'token', uid, ...device, token: `${token}_x${i}` },
    { type: 'member', guid: group, uid },
  ]);
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  const imported = await system.backend.call('POST', '/v3/import', text, { 'content-type': 'application/x-ndjson' });
  expect(imported.body.data).toMatchObject({ imported: { token: count, member: count }, rejected: 0 });
}

async function send(group: string) {
  const event = aGroupMessage(group);
  await system.backend.post('/v3/events', event);
  return system.done(event.id, 60_000);
}

describe.each([
  ['fcm', { platform: 'fcm_android', providerId: 'fcm-1', token: 'tok_unregistered' }, 9],
  ['apns', { platform: 'apns_ios_device', providerId: 'apns-1', token: 'tok_bad' }, 0],
])('a wave of dead tokens from %s, caused by a wrong key', (kind, device, aside) => {
  const path = `${PROVIDERS}/${kind}`;
  const shown = async () => (await system.backend.get(path)).body.data.pushProviders[0];

  test('loses no token: the guard goes up, and one call restores what was set aside before', async () => {
    await join(kind, WAVE, device);
    expect(await send(kind)).toMatchObject({ planned: WAVE, token_dead: WAVE });
    await until(async () => (await metric(system.metricsPort, 'token_guard_tripped', kind)) === 1, 'ingest shows it');
    expect(await metric(running.metricsPort, 'tokens_quarantined_total', kind)).toBe(aside);
    expect(await shown()).toMatchObject({ tokenGuard: { dead: WAVE, accepted: 0 } });
    expect((await shown()).quarantined ?? 0).toBe(aside);
    const restored = await system.backend.post(`${path}/${kind}-1/restore-tokens`, {});
    expect(restored.body.data).toEqual({ restored: aside, left: 0 });
    expect(await send(kind)).toMatchObject({ planned: WAVE });
    await system.backend.post(`${path}/${kind}-1/confirm-dead-tokens`, {});
    expect((await shown()).tokenGuard).toBeUndefined();
  }, 120_000);
});

test('a message refused by a report older than the registration is tried again, and the token stays', async () => {
  await join('old', 1, { platform: 'apns_ios_device', providerId: 'apns-1', token: 'tok_unregistered_at_1' });
  await system.backend.post('/v3/events', aMessage({ conversation: { type: 'user', id: 'old-0' } }));
  const received = () => system.hooks.apns.counts({ byToken: true }).byToken?.tok_unregistered_at_1_x0 ?? 0;
  await until(() => received() >= 2, 'it is tried again');
  expect((await system.backend.get('/v3/users/old-0/devices')).body.data).toHaveLength(1);
});

test('a token of the other environment goes there with the same key, and straight there the next time', async () => {
  await join('sandbox', 1, { platform: 'apns_ios_device', providerId: 'apns-1', token: 'tok_sandbox' });
  const refusals = async () => {
    system.hooks.apns.clear();
    expect(await send('sandbox')).toMatchObject({ planned: 1, accepted: 1, token_dead: 0 });
    return system.hooks.apns.requests({ token: 'tok_sandbox_x0' }).map(({ reason }) => reason);
  };
  expect(await refusals()).toEqual(['BadDeviceToken', undefined]);
  expect(await refusals()).toEqual([undefined]);
  expect((await system.backend.get('/v3/users/sandbox-0/devices')).body.data).toHaveLength(1);
});
