import type { Outcome } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { apnsId } from '../../src/apns/payload.ts';
import type { ApnsProviderOptions } from '../../src/index.ts';
import { apnsAt, startApns } from '../support/apns.ts';
import { aDevicePush, anApnsCredential, NOW } from '../support/device-push.ts';
import { reply } from '../support/h2-server.ts';

/** The outcome of every documented answer, and how often our own transport calls APNs (node-apn always once). */
const ANSWERS: [status: number, reason: string, kind: Outcome['kind'], asked: number][] = [
  [400, 'BadDeviceToken', 'token_dead', 1],
  [400, 'DeviceTokenNotForTopic', 'token_dead', 1],
  [400, 'BadTopic', 'credential_failing', 1],
  [400, 'MissingTopic', 'credential_failing', 1],
  [400, 'TopicDisallowed', 'credential_failing', 1],
  [400, 'BadCollapseId', 'rejected', 1],
  [400, 'BadExpirationDate', 'rejected', 1],
  [400, 'BadMessageId', 'rejected', 1],
  [400, 'BadPriority', 'rejected', 1],
  [400, 'DuplicateHeaders', 'rejected', 1],
  [400, 'InvalidPushType', 'rejected', 1],
  [400, 'PayloadEmpty', 'rejected', 1],
  [400, 'MissingDeviceToken', 'rejected', 1],
  [400, 'IdleTimeout', 'retryable', 2],
  [403, 'InvalidProviderToken', 'credential_failing', 1],
  [403, 'MissingProviderToken', 'credential_failing', 1],
  [403, 'BadCertificate', 'credential_failing', 1],
  [403, 'BadCertificateEnvironment', 'credential_failing', 1],
  [403, 'Forbidden', 'credential_failing', 1],
  [403, 'UnrelatedKeyIdInToken', 'credential_failing', 2],
  [403, 'BadEnvironmentKeyIdInToken', 'credential_failing', 2],
  [403, 'BadEnvironmentKeyInToken', 'credential_failing', 2],
  [404, 'BadPath', 'rejected', 1],
  [405, 'MethodNotAllowed', 'rejected', 1],
  [410, 'Unregistered', 'token_dead', 1],
  [410, 'ExpiredToken', 'token_dead', 1],
  [413, 'PayloadTooLarge', 'rejected', 1],
  [429, 'TooManyRequests', 'throttled', 1],
  [429, 'TooManyProviderTokenUpdates', 'throttled', 1],
  [500, 'InternalServerError', 'retryable', 1],
  [503, 'ServiceUnavailable', 'retryable', 1],
  [503, 'Shutdown', 'retryable', 2],
  [400, 'BadChannelId', 'rejected', 1],
  [400, 'MissingChannelId', 'rejected', 1],
  [400, 'MissingPushType', 'rejected', 1],
  [400, 'BadRequestParams', 'rejected', 1],
  [400, 'BadRequestPayload', 'rejected', 1],
  [400, 'CannotCreateChannelConfig', 'rejected', 1],
  [400, 'ChannelNotRegistered', 'rejected', 1],
  [403, 'FeatureNotEnabled', 'credential_failing', 1],
  [403, 'TopicMismatch', 'credential_failing', 1],
];
const WAITS: Record<string, number> = { TooManyRequests: 10_000, TooManyProviderTokenUpdates: 60_000 };

const TRANSPORTS: [name: string, options: ApnsProviderOptions][] = [
  ['http2', { transport: 'http2', http2Client: 'node' }],
  ['http2, lean', { transport: 'http2', http2Client: 'lean' }],
  ['apn', { transport: 'apn' }],
];

describe.each(TRANSPORTS)('by the transport %s', (_name, options) => {
  const { transport } = options;
  const push = aDevicePush('apns_ios_device');
  const credential = anApnsCredential();

  test('a yes is accepted, with the id of the request', async () => {
    await using server = await startApns();
    await using apns = apnsAt(server, options);
    expect(await apns.send(push, credential)).toEqual({ kind: 'accepted', providerId: apnsId('dlv_1') });
  });

  test.each(ANSWERS)('%i %s is %s', async (status, reason, kind, asked) => {
    await using server = await startApns((response) => reply(response, status, { reason }));
    await using apns = apnsAt(server, options);
    const wait = WAITS[reason] === undefined ? {} : { retryAfterMs: WAITS[reason], byDefault: true };
    expect(await apns.send(push, credential)).toEqual({ kind, reason, ...wait });
    // Each environment is asked for a token that it does not know.
    const environments = reason === 'BadDeviceToken' ? 2 : 1;
    expect(server.received).toHaveLength(environments * (transport === 'apn' ? 1 : asked));
  });

  test('an unknown reason is classified by its status', async () => {
    await using server = await startApns((response, { path }) =>
      reply(response, Number(path.slice('/3/device/'.length)), { reason: 'Whatever' }),
    );
    const told: object[] = [];
    await using apns = apnsAt(server, { ...options, onUndocumented: (answer) => told.push(answer) });
    const outcomes = [400, 418, 502, 504].map((status) =>
      apns.send(aDevicePush('apns_ios_device', { device: { token: String(status) } }), credential),
    );
    expect(await Promise.all(outcomes)).toEqual([
      { kind: 'rejected', reason: 'http_400' },
      { kind: 'rejected', reason: 'http_418' },
      { kind: 'retryable', reason: 'http_502' },
      { kind: 'retryable', reason: 'http_504' },
    ]);
    expect(told).toContainEqual({ provider: 'apns', status: 418, word: 'Whatever' });
  });

  test.each([
    ['after the token was registered', 0, { kind: 'token_dead', reason: 'Unregistered' }],
    ['before the token was registered', -1, { kind: 'retryable', reason: 'unregistered_before_registration' }],
  ])('a 410 of a moment %s', async (_when, offset, outcome) => {
    const registeredAt = NOW - 5000;
    await using server = await startApns((response) =>
      reply(response, 410, { reason: 'Unregistered', timestamp: registeredAt + offset }),
    );
    await using apns = apnsAt(server, options);
    expect(await apns.send(aDevicePush('apns_ios_device', { device: { registeredAt } }), credential)).toEqual(outcome);
  });

  test('an expired provider token is renewed once, and the push sent again', async () => {
    let now = NOW;
    await using server = await startApns((response) =>
      server.received.length === 2 ? reply(response, 403, { reason: 'ExpiredProviderToken' }) : reply(response, 200),
    );
    await using apns = apnsAt(server, { ...options, now: () => now });
    await apns.send(push, credential);
    now += 30 * 60_000;
    expect(await apns.send(push, credential)).toMatchObject({ kind: 'accepted' });
    expect(server.received).toHaveLength(3);
  });

  test('a provider token that is expired again makes the credential failing', async () => {
    let now = NOW;
    await using server = await startApns((response) =>
      server.received.length > 1 ? reply(response, 403, { reason: 'ExpiredProviderToken' }) : reply(response, 200),
    );
    await using apns = apnsAt(server, { ...options, now: () => now });
    await apns.send(push, credential);
    now += 30 * 60_000;
    const failing = { kind: 'credential_failing', reason: 'ExpiredProviderToken' };
    expect(await apns.send(push, credential)).toEqual(failing);
    expect(server.received).toHaveLength(3);
  });

  if (transport === 'http2') {
    test.each([
      [200, '<html>Please log in</html>'],
      [302, ''],
    ])("a %i that is not Apple's is no yes", async (status, body) => {
      await using server = await startApns((response) => response.writeHead(status).end(body));
      await using apns = apnsAt(server, options);
      const notApns = { kind: 'retryable', reason: 'bad_response', detail: `http_${status}` };
      expect(await apns.send(push, credential)).toEqual(notApns);
    });
  }

  test('an answer that is not JSON is retryable', async () => {
    await using server = await startApns((response) => response.writeHead(502).end('<html>Bad gateway</html>'));
    await using apns = apnsAt(server, options);
    expect(await apns.send(push, credential)).toMatchObject({ kind: 'retryable' });
  });

  test('a connection that breaks is retryable', async () => {
    await using server = await startApns((response) => response.stream.session?.destroy());
    await using apns = apnsAt(server, options);
    expect(await apns.send(push, credential)).toMatchObject({ kind: 'retryable' });
    expect(server.received).toHaveLength(1);
  });

  test('the same push is identical on the wire over both transports', async () => {
    await using server = await startApns();
    await using apns = apnsAt(server, options);
    await apns.send(push, credential);
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = server.received;
    expect(path).toBe('/3/device/f00dcafe');
    expect(headers).toMatchObject({
      'apns-id': apnsId('dlv_1'),
      'apns-topic': 'com.example.chat',
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-expiration': String((NOW + 3_600_000) / 1000),
      'apns-collapse-id': 'message-101',
    });
    expect(JSON.parse(body)).toMatchObject({ aps: { alert: { title: 'Alice' } }, tag: '101' });
  });
});
