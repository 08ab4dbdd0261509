import { expect, test } from '@jest/globals';
import { anFcm } from './push-clients.ts';

const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';
const token = 'a-registration-token';

test('a message is accepted with its name', async () => {
  const { send } = await anFcm();
  const { status, headers, text } = await send({ token, data: { tag: '1' } });
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/json; charset=UTF-8');
  expect(JSON.parse(text)).toEqual({ name: expect.stringMatching(/^projects\/demo\/messages\/0:\d+%[0-9a-f]{16}$/) });
});

test.each<[string, object]>([
  [
    'everything FCM knows',
    {
      token,
      name: 'x',
      data: { a: 'b' },
      notification: { title: 't', body: 'b', image: 'https://example.com/a.png' },
      android: {
        collapse_key: 'c',
        priority: 'HIGH',
        ttl: '3.5s',
        restricted_package_name: 'com.example',
        data: { a: 'b' },
        direct_boot_ok: true,
        fcm_options: { analytics_label: 'l' },
        notification: {
          title: 't',
          tag: 'x',
          body_loc_args: ['a'],
          notification_priority: 'PRIORITY_MAX',
          visibility: 'PUBLIC',
          notification_count: 3,
          event_time: '2026-11-21T00:00:00Z',
          vibrate_timings: ['0.5s'],
          light_settings: { color: { red: 1, green: 0.5, blue: 0, alpha: 1 }, light_on_duration: '1s' },
        },
      },
      webpush: { headers: { TTL: '0', Urgency: 'high', Topic: 'a_b-1' }, data: { a: 'b' }, notification: { any: [1] } },
      apns: { headers: { 'apns-priority': '10' }, payload: { aps: {} }, live_activity_token: 'x' },
      fcm_options: { analytics_label: 'l' },
    },
  ],
  ['camelCase', { token, android: { collapseKey: 'c', directBootOk: true }, fcmOptions: { analyticsLabel: 'l' } }],
  ['null for absent', { token, topic: null, android: { ttl: null }, data: null }],
  ['a priority in lower case', { token, android: { priority: 'high' } }],
  ['the longest ttl', { token, android: { ttl: '2419200s' } }],
  ['4096 bytes of data', { token, data: { k: 'x'.repeat(4_095) } }],
  ['keys that are only like reserved ones', { token, data: { From: '1', gcmx: '2', collapse_key: '3' } }],
  ['a topic', { topic: 'news' }],
  ['a condition', { condition: "'a' in topics" }],
])('%s is accepted', async (_, message) => {
  const { send } = await anFcm();
  const { text, status } = await send(message);
  expect(JSON.parse(text)).toEqual({ name: expect.any(String) });
  expect(status).toBe(200);
});

test.each<[string, unknown, string, string]>([
  [
    'an unknown name',
    { token, key: 1 },
    'message',
    `Invalid JSON payload received. Unknown name "key" at 'message': Cannot find field.`,
  ],
  [
    'an unknown name further in',
    { token, android: { x: 1 } },
    'message.android',
    `Invalid JSON payload received. Unknown name "x" at 'message.android': Cannot find field.`,
  ],
  [
    'a number in the data',
    { token, data: { a: '1', b: 12 } },
    'message.data[1].value',
    "Invalid value at 'message.data[1].value' (TYPE_STRING), 12",
  ],
  ['data that is a list', { token, data: [] }, 'message.data', "Invalid value at 'message.data' "],
  [
    'an android block that is a text',
    { token, android: 'x' },
    'message.android',
    'Invalid value at \'message.android\' (type.googleapis.com/google.firebase.fcm.v1.AndroidConfig), "x"',
  ],
  [
    'a ttl without a unit',
    { token, android: { ttl: '3600' } },
    'message.android.ttl',
    'Invalid value at \'message.android.ttl\' (type.googleapis.com/google.protobuf.Duration), "3600"',
  ],
  ['a ttl that is a number', { token, android: { ttl: 3600 } }, 'message.android.ttl', 'Duration'],
  ['an unknown priority', { token, android: { priority: 'URGENT' } }, 'message.android.priority', '"URGENT"'],
  [
    'a flag that is a text',
    { token, android: { direct_boot_ok: 'yes' } },
    'message.android.direct_boot_ok',
    'TYPE_BOOL',
  ],
  [
    'a header of a number',
    { token, webpush: { headers: { TTL: 3 } } },
    'message.webpush.headers[0].value',
    'TYPE_STRING',
  ],
  ['an APNs payload that is a text', { token, apns: { payload: 'x' } }, 'message.apns.payload', 'Struct'],
  ['two targets', { token, topic: 'x' }, 'message', "oneof field 'target' is already set. Cannot set 'topic'"],
])('%s is an invalid request, and the field is named', async (_, message, field, description) => {
  const { send } = await anFcm();
  const { status, text } = await send(message);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toEqual({
    error: {
      code: 400,
      message: expect.stringContaining(description),
      status: 'INVALID_ARGUMENT',
      details: [
        { '@type': BAD_REQUEST, fieldViolations: [{ field, description: expect.stringContaining(description) }] },
      ],
    },
  });
});

test('an unknown name at the top, which has no field, and a second problem are both reported', async () => {
  const { post } = await anFcm();
  const { text } = await post(JSON.stringify({ to: token, message: { token, data: { a: 1 } } }));
  const first = 'Invalid JSON payload received. Unknown name "to": Cannot find field.';
  const second = "Invalid value at 'message.data[0].value' (TYPE_STRING), 1";
  expect(JSON.parse(text)).toMatchObject({
    error: {
      message: `${first}\n${second}`,
      details: [{ fieldViolations: [{ description: first }, { field: 'message.data[0].value', description: second }] }],
    },
  });
});
