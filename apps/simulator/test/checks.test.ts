import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { signatureProblem } from '../src/webhook/signature.ts';
import { aBody, aSimulator, post } from './setup.ts';

const secret = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`;
const now = 1_741_847_460_000;

/** Signs as the Standard Webhooks specification says. */
function signed(body: string, { id = 'msg_1', at = now, with: key = secret } = {}): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const hmac = createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'));
  const signature = hmac.update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

const basic = (username: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
});

test('a valid webhook is answered 200 in the words of the sample receiver', async () => {
  const { url } = await aSimulator();
  for (const path of ['/webhook', '/webhook/', '/webhook/default', '/webhook/team-a?x=1']) {
    const response = await post(`${url}${path}`, aBody('bob'));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ message: 'Webhook received successfully' });
  }
});

test.each(['GET', 'PUT', 'DELETE'])('%s is answered 405 with Allow', async (method) => {
  const { url } = await aSimulator();
  const response = await fetch(`${url}/webhook`, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST');
  expect(await response.json()).toEqual({ message: 'Method Not Allowed: only POST' });
});

test.each<[string, unknown, string]>([
  ['text that is no JSON', '{"trigger":', 'body: must be JSON'],
  ['nothing', '', 'body: must be JSON'],
  [
    'another trigger',
    { ...aBody('bob'), trigger: 'message_sent' },
    'trigger: must be "push-notification-payload-generated"',
  ],
  ['another webhook', { ...aBody('bob'), webhook: 'w1' }, 'webhook: must be "custom"'],
  ['no uid', { ...aBody('bob'), data: { to: {}, notificationDetails: {} } }, 'data.to.uid:'],
  ['no notificationDetails', { ...aBody('bob'), data: { to: { uid: 'bob' } } }, 'data.notificationDetails:'],
  ['an array', [], 'body:'],
])('%s is answered 400 naming what is wrong', async (_, body, message) => {
  const { url } = await aSimulator();
  const response = await post(`${url}/webhook`, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ message: expect.stringContaining(message) });
});

test('JSON under another content type is answered 400', async () => {
  const { url } = await aSimulator();
  const response = await post(`${url}/webhook`, aBody('bob'), { 'content-type': 'text/plain' });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ message: 'Bad Request: content-type: must be application/json' });
});

test('a body over 1 MiB is answered 413 and not remembered', async () => {
  const simulator = await aSimulator();
  const response = await post(`${simulator.url}/webhook`, aBody('bob', { body: 'x'.repeat(1_048_576) }));
  expect(response.status).toBe(413);
  expect(simulator.endpoint('default').requests()).toMatchObject([{ answered: 413, body: '' }]);
});

test('a sender that disconnects in the middle of its request is not counted and does no harm', async () => {
  const simulator = await aSimulator();
  const socket = connect(simulator.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
  socket.resetAndDestroy();
  expect((await post(`${simulator.url}/webhook`, aBody('bob'))).status).toBe(200);
  expect(simulator.endpoint('default').counts()).toMatchObject({ received: 1, answered: { 200: 1 } });
});

test('with Basic authentication configured, only the right credentials are let in', async () => {
  const simulator = await aSimulator();
  simulator.endpoint('default').configure({ basicAuth: { username: 'zoë', password: 'p:ss' } });
  const status = async (headers: Record<string, string>) =>
    (await post(`${simulator.url}/webhook`, aBody('bob'), headers)).status;
  expect(await status(basic('zoë', 'p:ss'))).toBe(200);
  for (const wrong of [{}, basic('zoë', 'pass'), basic('zoe', 'p:ss'), { authorization: 'Bearer x' }]) {
    expect(await status(wrong)).toBe(401);
  }
  const refused = await post(`${simulator.url}/webhook`, aBody('bob'));
  expect(refused.headers.get('www-authenticate')).toBe('Basic realm="webhook"');
  expect(await refused.json()).toEqual({ message: 'Unauthorized: Basic authentication failed' });
});

test('a caller that is not authenticated does not learn what is wrong with the body', async () => {
  const simulator = await aSimulator();
  simulator.endpoint('default').configure({ basicAuth: { username: 'a', password: 'b' } });
  expect((await post(`${simulator.url}/webhook`, 'no JSON')).status).toBe(401);
});

test('with a signing secret configured, a Standard Webhooks signature is needed', async () => {
  const simulator = await aSimulator({}, { now: () => now });
  simulator.endpoint('default').configure({ signingSecret: secret });
  const body = JSON.stringify(aBody('bob'));
  expect((await post(`${simulator.url}/webhook`, body, signed(body))).status).toBe(200);
  const unsigned = await post(`${simulator.url}/webhook`, body);
  expect(unsigned.status).toBe(401);
  expect(await unsigned.json()).toEqual({ message: 'Unauthorized: webhook-id is missing' });
});

const text = '{"a":1}';
const problemOf = (headers: Record<string, string>, body = text) =>
  signatureProblem({ headers, body: Buffer.from(body), now }, secret);
const other = `whsec_${Buffer.from('another secret').toString('base64')}`;

test('the example of the Standard Webhooks libraries is a valid signature', () => {
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const request = { headers, body: Buffer.from('{"test": 2432232314}'), now: 1_614_265_330_000 };
  expect(signatureProblem(request, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toBeUndefined();
});

test('one valid signature of several is enough', () => {
  const good = signed(text);
  const bad = signed(text, { with: other });
  const both = `v1a,xyz ${bad['webhook-signature']} ${good['webhook-signature']}`;
  expect(problemOf({ ...good, 'webhook-signature': both })).toBeUndefined();
});

test.each<[string, Record<string, string>, string]>([
  ['of another secret', signed(text, { with: other }), 'no matching v1 signature'],
  ['of another body', signed('{"a":2}'), 'no matching v1 signature'],
  ['of another id', { ...signed(text), 'webhook-id': 'msg_2' }, 'no matching v1 signature'],
  ['of another version', { ...signed(text), 'webhook-signature': 'v2,abcd' }, 'no matching v1 signature'],
  ['cut short', { ...signed(text), 'webhook-signature': 'v1,abcd' }, 'no matching v1 signature'],
  ['over five minutes old', signed(text, { at: now - 301_000 }), 'more than 300 s'],
  ['over five minutes ahead', signed(text, { at: now + 301_000 }), 'more than 300 s'],
  ['without an id', { ...signed(text), 'webhook-id': '' }, 'webhook-id is missing'],
  ['with a date for a timestamp', { ...signed(text), 'webhook-timestamp': 'today' }, 'must be epoch seconds'],
])('a signature %s is refused', (_, headers, problem) => {
  expect(problemOf(headers)).toContain(problem);
});

test('a signature five minutes old, or ahead, is still valid', () => {
  expect(problemOf(signed(text, { at: now - 300_000 }))).toBeUndefined();
  expect(problemOf(signed(text, { at: now + 300_000 }))).toBeUndefined();
});

test('a request without any signature header is refused', () => {
  const { 'webhook-signature': _, ...headers } = signed(text);
  expect(problemOf(headers)).toBe('webhook-signature is missing');
});
