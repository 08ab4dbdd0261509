import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { expect, test } from '@jest/globals';
import { type HttpEndpoint, startEndpoint } from '../support/endpoint.ts';
import { sendTo, startProvider } from '../support/provider.ts';
import { aCredential, aPush } from '../support/push.ts';

const answering = (status: number, headers: OutgoingHttpHeaders = {}, body = ''): Promise<HttpEndpoint> =>
  startEndpoint((response) => response.writeHead(status, headers).end(body));

test.each([
  [200, { kind: 'accepted' }],
  [204, { kind: 'accepted' }],
  [302, { kind: 'rejected', reason: 'http_302' }],
  [400, { kind: 'rejected', reason: 'http_400' }],
  [410, { kind: 'rejected', reason: 'http_410', disable: true }],
  [425, { kind: 'retryable', reason: 'http_425' }],
  [429, { kind: 'retryable', reason: 'http_429' }],
  [500, { kind: 'retryable', reason: 'http_500' }],
  [501, { kind: 'rejected', reason: 'http_501' }],
])('an answer with status %i ends as %j', async (status, outcome) => {
  await using endpoint = await answering(status);
  expect(await sendTo(endpoint.url)).toEqual(outcome);
});

test('an endpoint is called once, whatever it answers', async () => {
  await using endpoint = await answering(503);
  await sendTo(endpoint.url);
  expect(endpoint.received).toHaveLength(1);
});

test('an informational answer before the real one changes nothing', async () => {
  await using endpoint = await startEndpoint((response) => {
    response.writeProcessing();
    response.writeHead(202).end();
  });
  expect(await sendTo(endpoint.url)).toEqual({ kind: 'accepted' });
});

test('a redirect is not followed', async () => {
  await using target = await answering(200);
  await using endpoint = await answering(307, { location: target.url });

  expect(await sendTo(endpoint.url)).toEqual({ kind: 'rejected', reason: 'http_307' });
  expect(target.connections()).toBe(0);
});

test('Retry-After is measured from the time of the answer and cut to the deadline of the push', async () => {
  await using endpoint = await answering(429, { 'retry-after': '30' }, '{"message":"slow down"}');
  const now = 1_741_847_453_000;
  const send = (deadlineAt: number) => sendTo(endpoint.url, { options: { now: () => now }, push: { deadlineAt } });

  const throttled = { kind: 'throttled', reason: 'http_429', detail: 'slow down' };
  expect(await send(now + 60_000)).toEqual({ ...throttled, retryAfterMs: 30_000 });
  expect(await send(now + 12_000)).toEqual({ ...throttled, retryAfterMs: 12_000 });
});

test('Retry-After may be a date', async () => {
  await using endpoint = await answering(503, { 'retry-after': 'Thu, 13 Mar 2025 06:31:13 GMT' });
  const now = Date.parse('2025-03-13T06:30:53Z');
  expect(await sendTo(endpoint.url, { options: { now: () => now }, push: { deadlineAt: now + 60_000 } })).toEqual({
    kind: 'throttled',
    retryAfterMs: 20_000,
    reason: 'http_503',
  });
});

test("the endpoint's message is kept when it does not accept", async () => {
  await using endpoint = await answering(422, { 'content-type': 'application/json' }, '{"error":{"message":"no uid"}}');
  expect(await sendTo(endpoint.url)).toEqual({ kind: 'rejected', reason: 'http_422', detail: 'no uid' });
});

test('an endless body is cut and its connection closed', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  await using endpoint = await startEndpoint((response) => {
    closed = once(response, 'close');
    response.writeHead(400);
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(1024)));
      response.once('drain', pour);
    };
    pour();
  });
  await using provider = startProvider();
  const outcome = await provider.send(aPush(), aCredential(endpoint.url));
  expect(outcome).toEqual({ kind: 'rejected', reason: 'http_400', detail: 'x'.repeat(200) });
  await closed;
  expect(endpoint.received).toHaveLength(1);
});

test('a 2xx with a long body is accepted', async () => {
  await using endpoint = await answering(200, {}, 'x'.repeat(100_000));
  expect(await sendTo(endpoint.url)).toEqual({ kind: 'accepted' });
});

test('an endpoint that echoes the request does not get our credentials into the outcome', async () => {
  await using endpoint = await startEndpoint((response, { headers, path }) => {
    const { authorization = '' } = headers;
    const pair = Buffer.from(authorization.slice(6), 'base64').toString();
    response.writeHead(401).end(`${path} ${authorization} ${pair}`);
  });
  const credential = {
    basicAuth: { username: 'fanfare', password: 'hunter2-hunter2' },
    signingSecrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  };
  expect(await sendTo(`${endpoint.url}?key=k-1234567890`, { credential })).toEqual({
    kind: 'rejected',
    reason: 'http_401',
    detail: '/hook?[redacted] Basic [redacted] fanfare:[redacted]',
  });
});
