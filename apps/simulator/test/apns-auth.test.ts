import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Simulator } from '../src/app.ts';
import { anApns, BUNDLE, connected, ecPem, exchange, NOW, pemOf, providerToken, TEAM } from './push-clients.ts';
import { aSimulator } from './setup.ts';

const nowS = NOW / 1_000;
const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const bearer = (token: string) => ({ authorization: `bearer ${token}` });

/** Pushes on a new connection. */
async function push(simulator: Simulator, headers: Record<string, string>, session = connected(simulator)) {
  const path = { ':path': '/3/device/tok_1', 'apns-topic': BUNDLE };
  const { status, text } = await exchange(session, { ...path, ...headers }, '{"aps":{}}');
  return text ? { status, ...(JSON.parse(text) as object) } : { status };
}

test.each<[string, Record<string, string>, string]>([
  ['no provider token', {}, 'MissingProviderToken'],
  ['another scheme', { authorization: 'basic eDp5' }, 'MissingProviderToken'],
  ['a text that is no JWT', bearer('x.y'), 'InvalidProviderToken'],
  ['another algorithm', bearer(providerToken({}, { alg: 'RS256' })), 'InvalidProviderToken'],
  ['no key id', bearer(providerToken({}, { kid: undefined })), 'InvalidProviderToken'],
  ['an unknown key id', bearer(providerToken({}, { kid: 'OTHER' })), 'InvalidProviderToken'],
  ['an unknown team', bearer(providerToken({ iss: 'OTHER' })), 'InvalidProviderToken'],
  ['no time', bearer(providerToken({ iat: undefined })), 'InvalidProviderToken'],
  ['a time in the future', bearer(providerToken({ iat: nowS + 301 })), 'InvalidProviderToken'],
  ['the signature of another key', bearer(providerToken({}, {}, stranger.privateKey)), 'InvalidProviderToken'],
  ['a time over an hour ago', bearer(providerToken({ iat: nowS - 3_601 })), 'ExpiredProviderToken'],
])('%s is refused', async (_, headers, reason) => {
  const { simulator } = await anApns();
  expect(await push(simulator, headers)).toEqual({ status: 403, reason });
});

test('a provider token is valid for an hour, also after it was verified', async () => {
  let now = NOW;
  const { simulator } = await anApns({}, { now: () => now });
  const headers = bearer(providerToken());
  now += 3_600_000;
  expect(await push(simulator, headers)).toEqual({ status: 200 });
  now += 1_000;
  expect(await push(simulator, headers)).toEqual({ status: 403, reason: 'ExpiredProviderToken' });
});

test('another token within twenty minutes is too early on the same connection, but not on another', async () => {
  const { simulator } = await anApns();
  const session = connected(simulator);
  const old = bearer(providerToken({ iat: nowS - 1_199 }));
  const fresh = bearer(providerToken());
  expect(await push(simulator, old, session)).toEqual({ status: 200 });
  expect(await push(simulator, fresh, session)).toEqual({ status: 429, reason: 'TooManyProviderTokenUpdates' });
  expect(await push(simulator, old, session)).toEqual({ status: 200 });
  expect(await push(simulator, fresh)).toEqual({ status: 200 });
});

test('another token after twenty minutes is accepted', async () => {
  const { simulator } = await anApns();
  const session = connected(simulator);
  await push(simulator, bearer(providerToken({ iat: nowS - 1_200 })), session);
  expect(await push(simulator, bearer(providerToken()), session)).toEqual({ status: 200 });
});

test('a connection belongs to the team of its first push', async () => {
  const { simulator } = await anApns();
  simulator.apns.trust({ teamId: 'OTHERTEAM1', keyId: 'K2', publicKeyPem: ecPem, bundleIds: [BUNDLE] });
  const session = connected(simulator);
  await push(simulator, bearer(providerToken()), session);
  const other = bearer(providerToken({ iss: 'OTHERTEAM1' }, { kid: 'K2' }));
  expect(await push(simulator, other, session)).toEqual({ status: 403, reason: 'UnrelatedKeyIdInToken' });
});

test('a replaced key is no longer trusted, not even for tokens seen before', async () => {
  const { simulator } = await anApns();
  const headers = bearer(providerToken());
  expect(await push(simulator, headers)).toEqual({ status: 200 });
  const publicKeyPem = pemOf(stranger.publicKey);
  simulator.apns.trust({ teamId: TEAM, keyId: 'KEY0000001', publicKeyPem, bundleIds: [BUNDLE] });
  expect(await push(simulator, headers)).toEqual({ status: 403, reason: 'InvalidProviderToken' });
});

test('a key of one environment is refused by the other, which knows itself by the host called', async () => {
  const { simulator } = await anApns();
  const environments = ['sandbox' as const];
  simulator.apns.trust({ teamId: TEAM, keyId: 'SAND', publicKeyPem: ecPem, bundleIds: [BUNDLE], environments });
  const headers = bearer(providerToken({}, { kid: 'SAND' }));
  expect(await push(simulator, headers)).toEqual({ status: 403, reason: 'BadEnvironmentKeyIdInToken' });
  const answer = await exchange(
    connected(simulator),
    { ':path': '/3/device/tok_1', ':authority': 'api.sandbox.push.apple.com', 'apns-topic': BUNDLE, ...headers },
    '{"aps":{}}',
  );
  expect(answer).toMatchObject({ status: 200, headers: { 'apns-unique-id': expect.any(String) } });
});

test('a token named after one environment is unknown to the other', async () => {
  const { simulator } = await anApns();
  const headers = { 'apns-topic': BUNDLE, ...bearer(providerToken()) };
  const at = async (authority: string, token: string) => {
    const path = { ':path': `/3/device/${token}`, ':authority': authority };
    const { status, text } = await exchange(connected(simulator), { ...path, ...headers }, '{"aps":{}}');
    return [status, text && JSON.parse(text).reason];
  };
  expect(await at('api.push.apple.com', 'tok_sandbox_1')).toEqual([400, 'BadDeviceToken']);
  expect(await at('api.sandbox.push.apple.com', 'tok_sandbox_1')).toEqual([200, '']);
  expect(await at('api.sandbox.push.apple.com', 'tok_production_1')).toEqual([400, 'BadDeviceToken']);
  expect(await at('api.push.apple.com', 'tok_production_1')).toEqual([200, '']);
});

test('where any is accepted, form and age are checked but not signature and topic', async () => {
  const simulator = await aSimulator({ SIMULATOR_TRUST_ANY: 'true' }, { now: () => NOW });
  const token = (claims: object) => bearer(providerToken(claims, { kid: 'X' }, stranger.privateKey));
  expect(await push(simulator, token({ iss: 'X' }))).toEqual({ status: 200 });
  expect(await push(simulator, token({ iat: nowS - 3_601 }))).toMatchObject({ reason: 'ExpiredProviderToken' });
  expect(await push(simulator, bearer('nonsense'))).toMatchObject({ reason: 'InvalidProviderToken' });
});
