import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { anFcm, askToken, assertion, connected, GRANT, NOW } from './push-clients.ts';
import { aSimulator } from './setup.ts';

const nowS = NOW / 1_000;
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;

test('a signed assertion is exchanged for an access token, as Google answers', async () => {
  const { simulator, session } = await anFcm();
  const { status, headers, text } = await askToken(session, { grant_type: GRANT, assertion: assertion(simulator) });
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/json; charset=UTF-8');
  expect(JSON.parse(text)).toEqual({
    access_token: expect.stringMatching(/^ya29\.[\w-]{100,}$/),
    expires_in: 3_599,
    token_type: 'Bearer',
  });
});

const refused = async (form: (simulator: Parameters<typeof assertion>[0]) => Record<string, string>) => {
  const { simulator, session } = await anFcm();
  const { status, text } = await askToken(session, form(simulator));
  expect(status).toBe(400);
  expect(simulator.fcm.counts().oauth).toEqual({ issued: 1, refused: 1 });
  return JSON.parse(text) as unknown;
};

test.each<[string, object, string]>([
  ['of an unknown account', { iss: 'unknown@demo.iam.gserviceaccount.com' }, 'Invalid grant: account not found'],
  ['for another audience', { aud: 'https://example.com/token' }, 'Invalid JWT: Failed audience check.'],
  ['that lives for more than an hour', { exp: nowS + 3_601 }, 'Invalid JWT: Token must be a short-lived token'],
  ['that is over', { iat: nowS - 3_600, exp: nowS }, 'Invalid JWT: Token must be a short-lived token'],
  ['from the future', { iat: nowS + 301, exp: nowS + 3_000 }, 'Invalid JWT: Token must be a short-lived token'],
  ['without a time', { iat: undefined }, 'Invalid JWT: Token must be a short-lived token'],
])('an assertion %s is an invalid grant', async (_, claims, description) => {
  expect(await refused((simulator) => ({ grant_type: GRANT, assertion: assertion(simulator, claims) }))).toEqual({
    error: 'invalid_grant',
    error_description: expect.stringContaining(description),
  });
});

test('an assertion signed by another key is an invalid grant', async () => {
  const forged = await refused((simulator) => ({
    grant_type: GRANT,
    assertion: assertion(simulator, {}, { key: stranger, alg: 'RS256' }),
  }));
  expect(forged).toEqual({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
});

test.each(['a.b', 'a.b.c', ''])('%j is not an assertion', async (text) => {
  expect(await refused(() => ({ grant_type: GRANT, assertion: text }))).toMatchObject({
    error: expect.stringMatching(/^invalid_(grant|request)$/),
  });
});

test('an assertion for another scope gets no access token', async () => {
  const scope = 'https://www.googleapis.com/auth/drive';
  expect(
    await refused((simulator) => ({ grant_type: GRANT, assertion: assertion(simulator, { scope }) })),
  ).toMatchObject({ error: 'invalid_scope' });
});

test('the scope of the whole cloud platform is enough', async () => {
  const { simulator, session } = await anFcm();
  const scope = 'openid https://www.googleapis.com/auth/cloud-platform';
  const { status } = await askToken(session, { grant_type: GRANT, assertion: assertion(simulator, { scope }) });
  expect(status).toBe(200);
});

test('another grant type and a missing one have different errors', async () => {
  expect(await refused(() => ({ grant_type: 'password' }))).toMatchObject({ error: 'unsupported_grant_type' });
  expect(await refused(() => ({}))).toEqual({
    error: 'invalid_request',
    error_description: 'Required parameter is missing: grant_type',
  });
});

test('where any is accepted, the form is checked but not the signature and the account', async () => {
  const simulator = await aSimulator({ SIMULATOR_TRUST_ANY: 'true' }, { now: () => NOW });
  const session = connected(simulator);
  const ask = (text: string) => askToken(session, { grant_type: GRANT, assertion: text });
  expect((await ask(assertion(simulator, { iss: 'x' }, { key: stranger, alg: 'RS256' }))).status).toBe(200);
  expect((await ask('nonsense')).status).toBe(400);
});

test('clearing resets the number of issued access tokens, but keeps the tokens', async () => {
  const { simulator, to } = await anFcm();
  simulator.fcm.clear();
  expect(simulator.fcm.counts().oauth).toEqual({ issued: 0, refused: 0 });
  expect((await to('tok_1')).status).toBe(200);
});
