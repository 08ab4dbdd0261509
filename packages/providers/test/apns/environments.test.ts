import { expect, test } from '@jest/globals';
import { apnsAt, startApns } from '../support/apns.ts';
import { aDevicePush, anApnsCredential } from '../support/device-push.ts';
import { reply } from '../support/h2-server.ts';

const BAD = { reason: 'BadDeviceToken' };
const credential = anApnsCredential({ productionMode: true });

/** The two environments, each answering with a status and a reason. */
async function environments(production: [number, object?], sandbox: [number, object?]) {
  const servers = [
    await startApns((response) => reply(response, ...production)),
    await startApns((response) => reply(response, ...sandbox)),
  ] as const;
  const [atProduction, atSandbox] = servers;
  const apns = apnsAt(atProduction, {
    sandboxEndpoint: atSandbox.origin,
    extraCa: `${atProduction.ca}\n${atSandbox.ca}`,
  });
  return {
    apns,
    asked: () => servers.map(({ received }) => received.length),
    async [Symbol.asyncDispose]() {
      await apns.close();
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

const push = aDevicePush('apns_ios_device');
const other = { ...push, device: { ...push.device, otherEnvironment: true } };

test('a token of the other environment is accepted there, and that is said', async () => {
  await using both = await environments([400, BAD], [200]);
  expect(await both.apns.send(push, credential)).toMatchObject({ kind: 'accepted', otherEnvironment: true });
  expect(both.asked()).toEqual([1, 1]);
});

test('a token known to belong to the other environment goes there at once', async () => {
  await using both = await environments([400, BAD], [200]);
  const outcome = await both.apns.send(other, credential);
  expect(outcome).toEqual({ kind: 'accepted', providerId: expect.any(String) });
  expect(both.asked()).toEqual([0, 1]);
});

test('a token that belongs to its own environment again is accepted there, and that is said', async () => {
  await using both = await environments([200], [400, BAD]);
  expect(await both.apns.send(other, credential)).toMatchObject({ kind: 'accepted', otherEnvironment: false });
});

test.each<[string, [number, object], object]>([
  ['a token that neither knows is dead', [400, BAD], { kind: 'token_dead', reason: 'BadDeviceToken' }],
  [
    'a key for one environment says nothing about the other',
    [403, { reason: 'BadEnvironmentKeyIdInToken' }],
    { kind: 'token_dead', reason: 'BadDeviceToken' },
  ],
  ['an answer that is not final is not the end of the token', [500, {}], { kind: 'retryable' }],
])('%s', async (_, sandbox, expected) => {
  await using both = await environments([400, BAD], sandbox);
  expect(await both.apns.send(push, credential)).toMatchObject(expected);
});
