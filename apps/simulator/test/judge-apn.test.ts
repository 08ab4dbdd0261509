import { expect, test } from '@jest/globals';
import apn from 'apn';
import { afterwards } from './cleanups.ts';
import { aSimulator } from './setup.ts';

const TOPIC = 'com.example.chat';
const DEVICE = 'a1'.repeat(32);

async function anApnProvider() {
  const simulator = await aSimulator();
  const { teamId, keyId, p8Key } = simulator.apns.demoApnsKey({ bundleIds: [TOPIC] });
  const provider = new apn.Provider({
    token: { key: p8Key, keyId, teamId },
    production: true,
    connectionRetryLimit: 0,
    ca: [simulator.caPem],
    address: 'localhost',
    port: simulator.tlsPort,
  } as apn.ProviderOptions);
  afterwards(() => provider.shutdown());
  const send = (token: string, fields: Partial<apn.Notification> = {}) => {
    const notification = Object.assign(new apn.Notification(), {
      topic: TOPIC,
      pushType: 'alert',
      alert: 'hi',
      ...fields,
    });
    return provider.send(notification, token);
  };
  return { simulator, send };
}

test('apn sends with a provider token', async () => {
  const { simulator, send } = await anApnProvider();
  const id = 'ec1bf194-b3b2-424a-89a9-5a918a6e6b5d';
  const result = await send(DEVICE, {
    id,
    collapseId: '101',
    priority: 10,
    expiry: 1_800_000_000,
    payload: { tag: '101' },
  });
  expect(result).toMatchObject({ sent: [{ device: DEVICE }], failed: [] });
  expect(simulator.apns.requests()).toMatchObject([
    {
      token: DEVICE,
      http2: true,
      answered: 200,
      headers: { 'apns-id': id, 'apns-collapse-id': '101', 'apns-topic': TOPIC, authorization: 'bearer ***' },
      json: { aps: { alert: 'hi' }, tag: '101' },
    },
  ]);
});

test('apn sends a VoIP push', async () => {
  const { send } = await anApnProvider();
  expect(await send(DEVICE, { topic: `${TOPIC}.voip`, pushType: 'voip' })).toMatchObject({ failed: [] });
});

test.each([
  ['tok_unregistered_at_1741847460000', 410, { reason: 'Unregistered', timestamp: 1_741_847_460_000 }],
  ['tok_bad', 400, { reason: 'BadDeviceToken' }],
  ['tok_mismatch', 400, { reason: 'DeviceTokenNotForTopic' }],
  ['tok_429', 429, { reason: 'TooManyRequests' }],
  ['tok_503', 503, { reason: 'Shutdown' }],
])('apn reads the refusal of %s as %i', async (token, status, response) => {
  const { send } = await anApnProvider();
  expect(await send(token)).toMatchObject({ sent: [], failed: [{ device: token, status, response }] });
});
