import { expect, test } from '@jest/globals';
import { anApns, BUNDLE } from './push-clients.ts';

const DEVICE = 'a1'.repeat(32);
const ID = 'ec1bf194-b3b2-424a-89a9-5a918a6e6b5d';
const UUID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

test('a push is accepted without a body, under its own id or a generated one', async () => {
  const { to } = await anApns();
  expect(await to(DEVICE, { 'apns-id': ID })).toMatchObject({ status: 200, text: '', headers: { 'apns-id': ID } });
  const { headers } = await to(DEVICE);
  expect(headers['apns-id']).toMatch(UUID);
});

test.each<[string, Record<string, string>]>([
  ['a background push of priority 5', { 'apns-push-type': 'background', 'apns-priority': '5' }],
  ['priority 1', { 'apns-priority': '1' }],
  ['an expiration of 0', { 'apns-expiration': '0' }],
  ['an expiration in seconds', { 'apns-expiration': '1800000000' }],
  ['a collapse id of 64 bytes', { 'apns-collapse-id': 'x'.repeat(64) }],
  ['a VoIP push', { 'apns-push-type': 'voip', 'apns-topic': `${BUNDLE}.voip` }],
  ['a live activity', { 'apns-push-type': 'liveactivity', 'apns-topic': `${BUNDLE}.push-type.liveactivity` }],
])('%s is accepted', async (_, headers) => {
  const { to } = await anApns();
  expect(await to(DEVICE, headers)).toMatchObject({ status: 200, text: '' });
});

test.each<[string, Record<string, string | undefined>, number, string]>([
  ['PUT', { ':method': 'PUT' }, 405, 'MethodNotAllowed'],
  ['another path', { ':path': '/3/devices/x' }, 404, 'BadPath'],
  ['a path without a token', { ':path': '/3/device/' }, 400, 'MissingDeviceToken'],
  ['no topic', { 'apns-topic': '' }, 400, 'MissingTopic'],
  ['a topic that cannot be one', { 'apns-topic': 'com example' }, 400, 'BadTopic'],
  ['the topic of another app', { 'apns-topic': 'com.example.other' }, 400, 'TopicDisallowed'],
  ['a token that is not hexadecimal', { ':path': '/3/device/xyz' }, 400, 'BadDeviceToken'],
  ['a token that is too short', { ':path': `/3/device/${'a1'.repeat(31)}` }, 400, 'BadDeviceToken'],
  ['an unknown push type', { 'apns-push-type': 'chat' }, 400, 'InvalidPushType'],
  ['a VoIP topic for an alert', { 'apns-topic': `${BUNDLE}.voip` }, 400, 'InvalidPushType'],
  ['a VoIP push to the topic of alerts', { 'apns-push-type': 'voip' }, 400, 'BadTopic'],
  ['priority 7', { 'apns-priority': '7' }, 400, 'BadPriority'],
  ['a background push of priority 10', { 'apns-push-type': 'background', 'apns-priority': '10' }, 400, 'BadPriority'],
  ['a background push without priority', { 'apns-push-type': 'background' }, 400, 'BadPriority'],
  ['an expiration that is a date', { 'apns-expiration': '2026-11-21' }, 400, 'BadExpirationDate'],
  ['an expiration in milliseconds', { 'apns-expiration': '1800000000000' }, 400, 'BadExpirationDate'],
  ['a collapse id of 65 bytes', { 'apns-collapse-id': 'x'.repeat(65) }, 400, 'BadCollapseId'],
  ['an id that is no UUID', { 'apns-id': 'delivery-1' }, 400, 'BadMessageId'],
])('%s is refused', async (_, headers, status, reason) => {
  const { to } = await anApns();
  const answer = await to(DEVICE, headers);
  expect(answer).toMatchObject({ status, text: JSON.stringify({ reason }) });
  expect(answer.headers['apns-id']).toMatch(UUID);
});

const alertOf = (bytes: number) => `{"aps":"${'x'.repeat(bytes - 10)}"}`;

test('a payload has at most 4096 bytes, of VoIP 5120', async () => {
  const { to } = await anApns();
  const voip = { 'apns-push-type': 'voip', 'apns-topic': `${BUNDLE}.voip` };
  const tooLarge = { status: 413, text: '{"reason":"PayloadTooLarge"}' };
  expect((await to(DEVICE, {}, alertOf(4_096))).status).toBe(200);
  expect(await to(DEVICE, {}, alertOf(4_097))).toMatchObject(tooLarge);
  expect((await to(DEVICE, voip, alertOf(5_120))).status).toBe(200);
  expect(await to(DEVICE, voip, alertOf(5_121))).toMatchObject(tooLarge);
});

test.each(['', '{}', '[]', 'null', 'hello'])('%j is an empty payload', async (body) => {
  const { to } = await anApns();
  expect(await to(DEVICE, {}, body)).toMatchObject({ status: 400, text: '{"reason":"PayloadEmpty"}' });
});

test('of several problems, the one that APNs checks first is reported', async () => {
  const { to } = await anApns();
  const all = { 'apns-push-type': 'chat', 'apns-priority': '7', 'apns-collapse-id': 'x'.repeat(65) };
  const { text } = await to('tok_mismatch', all, '');
  expect(text).toBe('{"reason":"DeviceTokenNotForTopic"}');
  expect((await to(DEVICE, all, '')).text).toBe('{"reason":"InvalidPushType"}');
});
