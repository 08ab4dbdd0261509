import { verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { aDevicePush, anFcmCredential, FCM_PUBLIC_KEY, NOW } from '../support/device-push.ts';
import { fcmAt, fcmError, startFcm, taken } from '../support/fcm.ts';
import { reply } from '../support/h2-server.ts';

const push = aDevicePush('fcm_android');
const MINUTE = 60_000;

test('an access token is requested with an assertion signed by the service account', async () => {
  await using server = await startFcm();
  await using fcm = fcmAt(server);
  await fcm.send(push, anFcmCredential(server.tokenUri));

  const [grant] = server.grants;
  expect(grant?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  const form = new URLSearchParams(grant?.body);
  expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(decode(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
  expect(decode(claims)).toEqual({
    iss: 'push@chat-prod.iam.gserviceaccount.com',
    scope: 'https://www.googleapis.com/auth/firebase.messaging',
    aud: server.tokenUri,
    iat: NOW / 1000,
    exp: NOW / 1000 + 3600,
  });
  const content = Buffer.from(`${header}.${claims}`);
  expect(verify('RSA-SHA256', content, FCM_PUBLIC_KEY, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('a token is requested once for all sends, and kept until five minutes before its expiry', async () => {
  let now = NOW;
  await using server = await startFcm();
  await using fcm = fcmAt(server, { now: () => now });
  const credential = anFcmCredential(server.tokenUri);
  const sends = (count: number) => Promise.all(Array.from({ length: count }, () => fcm.send(push, credential)));
  await sends(50);
  now += 55 * MINUTE - 1;
  await sends(1);
  expect(server.grants).toHaveLength(1);
  now += 1;
  await sends(50);
  expect(server.grants).toHaveLength(2);
});

test.each([1, 60, 300, 301, 599])('a token that lives for %i s is not requested again by every push', async (lifeS) => {
  let now = NOW;
  await using server = await startFcm(undefined, (response) =>
    reply(response, 200, { access_token: `token-${server.grants.length}`, expires_in: lifeS }),
  );
  await using fcm = fcmAt(server, { now: () => now });
  const send = () => fcm.send(push, anFcmCredential(server.tokenUri));
  for (let sent = 0; sent < 5; sent += 1) expect(await send()).toMatchObject({ kind: 'accepted' });
  expect(server.grants).toHaveLength(1);
  now += Math.max(10, lifeS) * 1000;
  await send();
  expect(server.grants).toHaveLength(2);
});

test.each([0, -5])(
  'a token that is given out with %i s to live is used, and renewed when FCM refuses it',
  async (lifeS) => {
    await using server = await startFcm(
      (response, { headers }) =>
        headers.authorization === 'Bearer token-1' && server.sends.length > 2
          ? reply(response, 401, fcmError(401, 'UNAUTHENTICATED'))
          : taken(response),
      (response) => reply(response, 200, { access_token: `token-${server.grants.length}`, expires_in: lifeS }),
    );
    await using fcm = fcmAt(server);
    const send = () => fcm.send(push, anFcmCredential(server.tokenUri));
    for (let sent = 0; sent < 5; sent += 1) expect(await send()).toMatchObject({ kind: 'accepted' });
    expect(server.grants).toHaveLength(2);
  },
);

test('each service account has its own token, and so has a changed key', async () => {
  await using server = await startFcm();
  await using fcm = fcmAt(server);
  const { serviceAccount } = anFcmCredential(server.tokenUri);
  for (const changes of [
    {},
    { client_email: 'other@chat-prod.iam.gserviceaccount.com' },
    { private_key_id: 'key-2' },
  ]) {
    await fcm.send(push, anFcmCredential('', { serviceAccount: { ...serviceAccount, ...changes } }));
  }
  expect(server.sends.map(({ headers }) => headers.authorization)).toEqual(
    ['token-1', 'token-2', 'token-3'].map((token) => `Bearer ${token}`),
  );
});

describe('a token endpoint', () => {
  const outcomeOf = async (status: number, json?: object, headers = {}) => {
    await using server = await startFcm(undefined, (response) => reply(response, status, json, headers));
    await using fcm = fcmAt(server);
    const outcome = await fcm.send(push, anFcmCredential(server.tokenUri));
    expect(server.sends).toEqual([]);
    return outcome;
  };

  test('that refuses the account makes the credential failing', async () => {
    const refusal = { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' };
    const outcome = { kind: 'credential_failing', reason: 'oauth_invalid_grant', detail: 'Invalid JWT Signature.' };
    expect(await outcomeOf(400, refusal)).toEqual(outcome);
    expect(await outcomeOf(403)).toEqual({ kind: 'credential_failing', reason: 'oauth_http_403' });
  });

  test.each([500, 503, 408])('that answers %i is retryable', async (status) => {
    expect(await outcomeOf(status)).toEqual({ kind: 'retryable', reason: `oauth_http_${status}` });
  });

  test('that answers without a token is retryable', async () => {
    expect(await outcomeOf(200, { token_type: 'Bearer' })).toEqual({ kind: 'retryable', reason: 'oauth_http_200' });
  });

  test('that is overloaded is waited for', async () => {
    const throttled = { kind: 'throttled', reason: 'oauth_http_429' };
    expect(await outcomeOf(429)).toEqual({ ...throttled, retryAfterMs: 60_000, byDefault: true });
    expect(await outcomeOf(429, {}, { 'retry-after': '9' })).toEqual({ ...throttled, retryAfterMs: 9000 });
  });

  test('that refuses is called again after half a minute', async () => {
    let now = NOW;
    await using server = await startFcm(undefined, (response) =>
      server.grants.length === 1
        ? reply(response, 400, { error: 'invalid_grant' })
        : reply(response, 200, { access_token: 'late', expires_in: 3600 }),
    );
    await using fcm = fcmAt(server, { now: () => now });
    const send = () => fcm.send(push, anFcmCredential(server.tokenUri));
    expect(await send()).toMatchObject({ kind: 'credential_failing' });
    now += 29_999;
    expect(await send()).toMatchObject({ kind: 'credential_failing' });
    expect(server.grants).toHaveLength(1);
    now += 1;
    expect(await send()).toMatchObject({ kind: 'accepted' });
  });

  test('that is neither Google nor the configured FCM is not called', async () => {
    await using other = await startFcm();
    await using server = await startFcm();
    await using fcm = fcmAt(server);
    expect(await fcm.send(push, anFcmCredential(other.tokenUri))).toMatchObject({
      kind: 'credential_failing',
      reason: 'bad_token_uri',
    });
    expect(other.grants).toEqual([]);
  });
});
