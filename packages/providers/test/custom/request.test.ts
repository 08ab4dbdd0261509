import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { type HttpEndpoint, startEndpoint } from '../support/endpoint.ts';
import { sendTo, startProvider } from '../support/provider.ts';
import { aCredential, aPush } from '../support/push.ts';

const OLD_SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const NEW_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

const accepting = (): Promise<HttpEndpoint> => startEndpoint((response) => response.end());

test('the webhook receives one POST with the JSON of the sample, key for key', async () => {
  await using endpoint = await accepting();
  expect(await sendTo(`${endpoint.url}?v=2#ignored`)).toEqual({ kind: 'accepted' });

  const [request] = endpoint.received;
  expect(endpoint.received).toHaveLength(1);
  expect(request).toMatchObject({ method: 'POST', path: '/hook?v=2' });
  expect(request?.body).toBe(
    '{"trigger":"push-notification-payload-generated","data":{"to":{"uid":"bob"},"notificationDetails":{' +
      '"title":"Alice","body":"hi — grüß dich 👋","sender":"alice","senderName":"Alice","receiver":"bob",' +
      '"receiverName":"Bob","receiverType":"user","tag":"101","conversationId":"alice_user_bob","type":"chat",' +
      '"sentAt":"1741847453000","unreadMessageCount":3}},"appId":"app1","region":"us","webhook":"custom"}',
  );
});

test('the request identifies itself, and reveals no more than it must', async () => {
  await using endpoint = await accepting();
  await sendTo(endpoint.url);

  const [request] = endpoint.received;
  expect(request?.headers).toEqual({
    host: `127.0.0.1:${endpoint.port}`,
    connection: 'keep-alive',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(request?.body ?? '')),
    'accept-encoding': 'identity',
    'user-agent': 'Fanfare/1.0',
    'webhook-id': 'dlv_1',
  });
});

test('webhook-id is also sent without a signature, and is the same in every attempt', async () => {
  await using endpoint = await accepting();
  await using provider = startProvider();
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await provider.send(aPush({ deliveryId: 'dlv_42' }), aCredential(endpoint.url));
  }
  expect(endpoint.received.map(({ headers }) => headers['webhook-id'])).toEqual(['dlv_42', 'dlv_42']);
  expect(endpoint.received[0]?.headers).not.toHaveProperty('webhook-signature');
});

test('Basic authentication is sent in UTF-8 when it is configured', async () => {
  await using endpoint = await accepting();
  await sendTo(endpoint.url, { credential: { basicAuth: { username: 'Ümit', password: 'p:w€' } } });

  const authorization = endpoint.received[0]?.headers.authorization ?? '';
  expect(authorization).toMatch(/^Basic [A-Za-z0-9+/]+=*$/);
  expect(Buffer.from(authorization.slice('Basic '.length), 'base64').toString()).toBe('Ümit:p:w€');
});

test('a replaced credential is used from the next send on', async () => {
  await using endpoint = await accepting();
  await using provider = startProvider();
  const withPassword = (password: string) =>
    aCredential(endpoint.url, { basicAuth: { username: 'fanfare', password } });
  const [before, after] = [withPassword('old'), withPassword('new')];
  for (const credential of [before, before, after]) await provider.send(aPush(), credential);
  await provider.send(aPush(), aCredential(`${endpoint.url}/moved`));

  const sent = endpoint.received.map(({ path, headers: { authorization = '' } }) => [
    path,
    Buffer.from(authorization.slice('Basic '.length), 'base64').toString(),
  ]);
  expect(sent).toEqual([
    ['/hook', 'fanfare:old'],
    ['/hook', 'fanfare:old'],
    ['/hook', 'fanfare:new'],
    ['/hook/moved', ''],
  ]);
});

test('Basic authentication may have an empty password', async () => {
  await using endpoint = await accepting();
  await sendTo(endpoint.url, { credential: { basicAuth: { username: 'key', password: '' } } });
  expect(endpoint.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('key:').toString('base64')}`);
});

test('the reference implementation verifies a signed request with the received bytes', async () => {
  await using endpoint = await accepting();
  await sendTo(endpoint.url, { credential: { signingSecrets: [NEW_SECRET] }, push: { deliveryId: 'dlv_42' } });

  const [request] = endpoint.received;
  const headers = request?.headers as Record<string, string>;
  expect(headers['webhook-id']).toBe('dlv_42');
  expect(new Webhook(NEW_SECRET).verify(request?.body ?? '', headers)).toHaveProperty('webhook', 'custom');
  expect(() => new Webhook(NEW_SECRET).verify(`${request?.body} `, headers)).toThrow(/No matching signature/);
  expect(() => new Webhook(OLD_SECRET).verify(request?.body ?? '', headers)).toThrow(/No matching signature/);
});

test('during a rotation, receivers with the old and with the new secret both verify', async () => {
  await using endpoint = await accepting();
  await sendTo(endpoint.url, { credential: { signingSecrets: [NEW_SECRET, OLD_SECRET] } });

  const [request] = endpoint.received;
  const headers = request?.headers as Record<string, string>;
  expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
  for (const secret of [NEW_SECRET, OLD_SECRET]) {
    expect(() => new Webhook(secret).verify(request?.body ?? '', headers)).not.toThrow();
  }
});

test('a second attempt keeps the id and gets a new timestamp', async () => {
  await using endpoint = await accepting();
  let now = 1_741_847_453_999;
  await using provider = startProvider({ now: () => now });
  const credential = aCredential(endpoint.url, { signingSecrets: [NEW_SECRET] });
  await provider.send(aPush(), credential);
  now += 5000;
  await provider.send(aPush(), credential);

  const seen = endpoint.received.map(({ headers }) => [headers['webhook-id'], headers['webhook-timestamp']]);
  expect(seen).toEqual([
    ['dlv_1', '1741847453'],
    ['dlv_1', '1741847458'],
  ]);
});

test('a connection is reused for the next send', async () => {
  await using endpoint = await startEndpoint((response) => response.end('thanks'));
  await using provider = startProvider({ connectionsPerOrigin: 1 });
  for (let sent = 0; sent < 3; sent += 1) await provider.send(aPush(), aCredential(endpoint.url));

  expect(endpoint.received).toHaveLength(3);
  expect(endpoint.connections()).toBe(1);
});

test('concurrent sends use at most the allowed connections to one origin', async () => {
  await using endpoint = await accepting();
  await using provider = startProvider({ connectionsPerOrigin: 2 });
  const sends = Array.from({ length: 10 }, () => provider.send(aPush(), aCredential(endpoint.url)));

  expect(await Promise.all(sends)).toEqual(sends.map(() => ({ kind: 'accepted' })));
  expect(endpoint.connections()).toBe(2);
});
