import { describe, expect, test } from '@jest/globals';
import { apnsAt, startApns } from '../support/apns.ts';
import { aDevicePush, anApnsCredential, anFcmCredential } from '../support/device-push.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { fcmAt, startFcm } from '../support/fcm.ts';
import { startProvider } from '../support/provider.ts';
import { aCredential, aPush } from '../support/push.ts';

const WITHHELD = { kind: 'withheld', reason: 'may_not_leave' };
const never = () => false;

describe('a push that may not be sent is not written', () => {
  test('to a webhook, even with an open connection; the next one may', async () => {
    await using endpoint = await startEndpoint((response) => response.end());
    await using provider = startProvider();
    const credential = aCredential(endpoint.url);
    const mayLeave = () => endpoint.connections() === 0;
    expect(await provider.send(aPush({ mayLeave }), credential)).toEqual(WITHHELD);
    expect(endpoint.received).toEqual([]);
    expect(await provider.send(aPush({ mayLeave: () => true }), credential)).toEqual({ kind: 'accepted' });
    expect(endpoint.connections()).toBe(1);
  });

  test.each(['http2', 'apn'] as const)('to APNs, by the transport %s', async (transport) => {
    await using server = await startApns();
    await using apns = apnsAt(server, { transport });
    const push = { ...aDevicePush('apns_ios_device'), mayLeave: never };
    expect(await apns.send(push, anApnsCredential())).toEqual(WITHHELD);
    expect(server.received).toEqual([]);
  });

  test.each(['http2', 'firebase-admin'] as const)('to FCM, by the transport %s', async (transport) => {
    await using server = await startFcm();
    await using fcm = fcmAt(server, { transport });
    // It is checked after the wait for an access token.
    const push = { ...aDevicePush('fcm_android'), mayLeave: () => server.grants.length === 0 };
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toEqual(WITHHELD);
    expect(server.grants).toHaveLength(1);
    expect(server.sends).toEqual([]);
  });
});
