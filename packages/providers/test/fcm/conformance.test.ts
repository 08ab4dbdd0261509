import { describe, expect, test } from '@jest/globals';
import type { FcmProviderOptions } from '../../src/index.ts';
import { aDevicePush, anFcmCredential } from '../support/device-push.ts';
import { fcmAt, fcmError, startFcm, taken } from '../support/fcm.ts';
import { ANSWERS } from '../support/fcm-answers.ts';
import { reply } from '../support/h2-server.ts';

const TRANSPORTS: [name: string, options: FcmProviderOptions][] = [
  ['http2', { transport: 'http2', http2Client: 'node' }],
  ['http2, lean', { transport: 'http2', http2Client: 'lean' }],
  ['firebase-admin', { transport: 'firebase-admin' }],
];

describe.each(TRANSPORTS)('by the transport %s', (_name, options) => {
  const push = aDevicePush('fcm_android');
  const answering = (status: number, body: object | string | undefined, headers = {}) =>
    startFcm((response) =>
      typeof body === 'string'
        ? response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
        : reply(response, status, body, { 'content-type': 'application/json', ...headers }),
    );

  test('a yes is accepted, with the name of the message', async () => {
    await using server = await startFcm();
    await using fcm = fcmAt(server, options);
    const accepted = { kind: 'accepted', providerId: 'projects/chat-prod/messages/1' };
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toEqual(accepted);
    expect(server.sends).toMatchObject([
      { path: '/v1/projects/chat-prod/messages:send', headers: { authorization: 'Bearer token-1' } },
    ]);
  });

  test.each<[string, number, object | string]>([
    ['a 200 of HTML, as a proxy gives it', 200, '<html>Please log in</html>'],
    ['a 200 without a body', 200, ''],
    ['a 200 of JSON without a name', 200, { ok: true }],
    ['a 200 of JSON that names no message', 200, { name: 'captive-portal' }],
    ['a 302', 302, '<html>Moved</html>'],
  ])('%s is no yes', async (_what, status, body) => {
    await using server = await answering(status, body);
    await using fcm = fcmAt(server, options);
    const notFcm = { kind: 'retryable', reason: 'bad_response' };
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toMatchObject(notFcm);
    expect(server.sends).toHaveLength(1);
  });

  test.each(ANSWERS)('%s', async (_what, status, body, outcome) => {
    await using server = await answering(status, body);
    await using fcm = fcmAt(server, options);
    const words = typeof body === 'object' && !('detail' in outcome) ? { detail: 'Some words.' } : {};
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toEqual({ ...outcome, ...words });
    expect(server.sends).toHaveLength(1);
  });

  test.each([
    ['7', 7000],
    ['Thu, 13 Mar 2025 06:31:13 GMT', 20_000],
    ['900', 60_000],
  ])('Retry-After %s is heeded, up to the deadline', async (retryAfter, retryAfterMs) => {
    for (const [status, errorCode] of [
      [429, 'QUOTA_EXCEEDED'],
      [503, 'UNAVAILABLE'],
    ] as const) {
      await using server = await answering(status, fcmError(status, 'X', { errorCode }), { 'retry-after': retryAfter });
      await using fcm = fcmAt(server, options);
      const outcome = await fcm.send(push, anFcmCredential(server.tokenUri));
      expect(outcome).toMatchObject({ kind: 'throttled', retryAfterMs, reason: errorCode });
      expect(server.sends).toHaveLength(1);
    }
  });

  test('a 401 is answered with a new access token, once', async () => {
    await using server = await startFcm((response, { headers }) =>
      headers.authorization === 'Bearer token-1'
        ? reply(response, 401, fcmError(401, 'UNAUTHENTICATED'))
        : taken(response),
    );
    await using fcm = fcmAt(server, options);
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toMatchObject({ kind: 'accepted' });
    expect(server.grants).toHaveLength(2);
  });

  test('a second 401 makes the credential failing', async () => {
    await using server = await answering(401, fcmError(401, 'UNAUTHENTICATED'));
    await using fcm = fcmAt(server, options);
    const failing = { kind: 'credential_failing', reason: 'UNAUTHENTICATED', detail: 'Some words.' };
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toEqual(failing);
    expect(server.sends).toHaveLength(2);
  });

  test.each<[number, object, string | undefined]>([
    [400, fcmError(400, 'INVALID_ARGUMENT', { errorCode: 'SOMETHING_NEW' }), 'SOMETHING_NEW'],
    [418, {}, undefined],
  ])('an answer of %i that FCM does not document is classified by its status, and told', async (status, body, word) => {
    const told: object[] = [];
    await using server = await answering(status, body);
    await using fcm = fcmAt(server, { ...options, onUndocumented: (answer) => told.push(answer) });
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toMatchObject({ kind: 'rejected' });
    expect(told).toEqual([{ provider: 'fcm', status, word }]);
  });

  test('the push token does not appear in the detail', async () => {
    await using server = await answering(400, fcmError(400, 'INVALID_ARGUMENT', { message: 'What is f00dcafe?' }));
    await using fcm = fcmAt(server, options);
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toMatchObject({ detail: 'What is [token]?' });
  });

  test('a connection that breaks is retryable, and FCM is called once', async () => {
    await using server = await startFcm((response) => {
      const { socket } = response;
      socket?.destroy();
    });
    await using fcm = fcmAt(server, options);
    expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toMatchObject({ kind: 'retryable' });
    expect(server.sends).toHaveLength(1);
  });

  test('an endpoint that is down is retried without a dead letter', async () => {
    await using tokens = await startFcm();
    const down = await startFcm();
    await down[Symbol.asyncDispose]();
    const credential = anFcmCredential(tokens.tokenUri.replace(tokens.origin, down.origin));
    await using fcm = fcmAt(down, options);
    expect(await fcm.send(push, credential)).toEqual({
      kind: 'throttled',
      retryAfterMs: 250,
      reason: 'connection_refused',
      detail: 'ECONNREFUSED',
    });
  });
});
