import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { apnsAt, startApns } from '../support/apns.ts';
import { aDevicePush, anApnsCredential } from '../support/device-push.ts';
import { reply } from '../support/h2-server.ts';
import { HTTP2_CLIENTS } from '../support/pool.ts';

describe.each(HTTP2_CLIENTS)('by our own transport with the client %s', (http2Client) => {
  test.each([
    ['7', 7000],
    ['Thu, 13 Mar 2025 06:31:13 GMT', 20_000],
    ['900', 60_000],
  ])('Retry-After %s is heeded, up to the deadline', async (retryAfter, retryAfterMs) => {
    await using server = await startApns((response, { path }) => {
      const [status, reason] = path.endsWith('429') ? [429, 'TooManyRequests'] : [503, 'ServiceUnavailable'];
      reply(response, status as number, { reason }, { 'retry-after': retryAfter });
    });
    await using apns = apnsAt(server, { http2Client });
    for (const [token, reason] of [
      ['429', 'TooManyRequests'],
      ['503', 'ServiceUnavailable'],
    ] as const) {
      const push = aDevicePush('apns_ios_device', { device: { token } });
      expect(await apns.send(push, anApnsCredential())).toEqual({ kind: 'throttled', retryAfterMs, reason });
    }
  });

  test('a server that shuts down is replaced by another connection', async () => {
    await using server = await startApns((response, { session }) =>
      session === 0 ? reply(response, 503, { reason: 'Shutdown' }) : reply(response, 200),
    );
    await using apns = apnsAt(server, { http2Client });
    expect(await apns.send(aDevicePush('apns_ios_device'), anApnsCredential())).toMatchObject({ kind: 'accepted' });
  });

  test('an endpoint that is down spends no attempt', async () => {
    const server = await startApns();
    await server[Symbol.asyncDispose]();
    await using apns = apnsAt(server, { http2Client });
    expect(await apns.send(aDevicePush('apns_ios_device'), anApnsCredential())).toEqual({
      kind: 'throttled',
      retryAfterMs: 250,
      reason: 'connection_refused',
      detail: 'ECONNREFUSED',
    });
  });

  test('closing abandons what is in flight', async () => {
    await using server = await startApns(() => void apns.close());
    await using apns = apnsAt(server, { http2Client });
    const outcome = await apns.send(aDevicePush('apns_ios_device'), anApnsCredential());
    expect(outcome).toEqual({ kind: 'retryable', reason: 'closed', detail: 'ECANCELED' });
  });

  test('each key and environment has connections of its own', async () => {
    await using server = await startApns();
    await using apns = apnsAt(server, { http2Client });
    const push = aDevicePush('apns_ios_device');
    for (const changes of [{}, { keyId: 'ZZZ123DEFG' }, { productionMode: false }, { bundleId: 'com.example.other' }]) {
      await apns.send(push, anApnsCredential(changes));
    }
    expect(server.received.map(({ session }) => session)).toEqual([0, 1, 2, 0]);
  });

  test("the ids of another app's key give access to none of its connections; the same key does", async () => {
    await using server = await startApns();
    await using apns = apnsAt(server, { http2Client });
    const push = aDevicePush('apns_ios_device');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ownKey = { p8Key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    for (const changes of [{}, ownKey, {}, ownKey]) await apns.send(push, anApnsCredential(changes));
    expect(server.received.map(({ session }) => session)).toEqual([0, 1, 0, 1]);
  });
});
