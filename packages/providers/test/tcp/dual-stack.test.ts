import { expect, test } from '@jest/globals';
import { apnsAt, startApns } from '../support/apns.ts';
import { aDevicePush, anApnsCredential, anFcmCredential } from '../support/device-push.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { fcmAt, startFcm } from '../support/fcm.ts';
import { answering, askAt } from '../support/membership.ts';
import { sendTo } from '../support/provider.ts';
import { slowThenUnreachable as lookup, startSlowListener } from '../support/slow-listener.ts';

/**
 * A name has a slow address and an unreachable one, like an IPv6 address without a route. The slow one accepts after
 * twice the time that Node allows.
 */
test('a webhook whose first address is slow is reached', async () => {
  await using endpoint = await startEndpoint((response) => response.end());
  await using slow = await startSlowListener(endpoint.port);
  expect(await sendTo(`http://hooks.acme.com:${slow.port}/`, { options: { lookup } })).toEqual({ kind: 'accepted' });
  expect(endpoint.received).toHaveLength(1);
});

test('a chat backend whose first address is slow returns its members', async () => {
  await using backend = await answering({ members: ['bob'] });
  await using slow = await startSlowListener(backend.port);
  const page = await askAt({ url: `http://chat.acme.com:${slow.port}/members` }, { lookup });
  expect(page).toEqual({ kind: 'page', members: ['bob'] });
});

test.each(['http2', 'firebase-admin'] as const)(
  'FCM and its token endpoint are reached by %s when their first address is slow',
  async (transport) => {
    await using server = await startFcm();
    await using slow = await startSlowListener(server.port);
    const endpoint = `https://push.acme.com:${slow.port}`;
    await using fcm = fcmAt(server, { endpoint, transport, pool: { lookup } });
    const outcome = await fcm.send(aDevicePush('fcm_android'), anFcmCredential(`${endpoint}/token`));
    expect(outcome).toMatchObject({ kind: 'accepted' });
  },
);

test('APNs is reached when its first address is slow', async () => {
  await using server = await startApns();
  await using slow = await startSlowListener(server.port);
  await using apns = apnsAt(server, { endpoint: `https://push.acme.com:${slow.port}`, pool: { lookup } });
  expect(await apns.send(aDevicePush('apns_ios_device'), anApnsCredential())).toMatchObject({ kind: 'accepted' });
});
