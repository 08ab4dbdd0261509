import { expect, test } from '@jest/globals';
import { anFcm, exchange, NOW } from './push-clients.ts';

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
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
])('%s is no request, and the field is named', async (_, message, field, description) => {
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

test('an unknown name at the top, where no field can be named, and a second problem are both told', async () => {
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

test.each<[string, unknown, string, string]>([
  ['no recipient', { data: {} }, 'message', 'Recipient of the message is not set.'],
  ['no message', undefined, 'message', 'Recipient of the message is not set.'],
  ['the key from', { token, data: { from: 'x' } }, 'message.data', 'Invalid data payload key: from'],
  [
    'the key message_type',
    { token, data: { message_type: 'x' } },
    'message.data',
    'Invalid data payload key: message_type',
  ],
  ['a key of gcm', { token, data: { 'gcm.n': 'x' } }, 'message.data', 'Invalid data payload key: gcm.n'],
  [
    'a key of google in the android block',
    { token, android: { data: { 'google.x': '' } } },
    'message.data',
    'key: google.x',
  ],
  ['4097 bytes of data', { token, data: { k: 'x'.repeat(4_096) } }, 'message', 'The maximum is 4K (4096 bytes).'],
  ['4097 bytes in UTF-8', { token, data: { k: 'é'.repeat(2_048) } }, 'message', 'The maximum is 4K (4096 bytes).'],
  [
    '2049 bytes to a topic',
    { topic: 'x', data: { k: 'x'.repeat(2_048) } },
    'message',
    'The maximum is 2K (2048 bytes).',
  ],
  [
    'an APNs payload too large',
    { token, apns: { payload: { a: 'x'.repeat(4_096) } } },
    'message.apns.payload',
    '4096 bytes',
  ],
  ['a ttl over four weeks', { token, android: { ttl: '2419201s' } }, 'message.android.ttl', '2419200'],
  ['a negative ttl', { token, android: { ttl: '-1s' } }, 'message.android.ttl', '2419200'],
  [
    'a Web Push topic of 33 characters',
    { token, webpush: { headers: { topic: 'x'.repeat(33) } } },
    'message.webpush.headers',
    'topic',
  ],
  [
    'a Web Push topic with a colon',
    { token, webpush: { headers: { Topic: 'a:b' } } },
    'message.webpush.headers',
    'Topic',
  ],
  [
    'an unknown Web Push urgency',
    { token, webpush: { headers: { Urgency: 'now' } } },
    'message.webpush.headers',
    'Urgency',
  ],
  ['a token that is too short', { token: 'short' }, 'message.token', 'not a valid FCM registration token'],
])('%s is an invalid argument to FCM', async (_, message, field, description) => {
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
        { '@type': FCM_ERROR, errorCode: 'INVALID_ARGUMENT' },
      ],
    },
  });
});

test('text that is no JSON is refused', async () => {
  const { post } = await anFcm();
  const { status, text } = await post('{"message":');
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({
    error: { message: expect.stringContaining('Invalid JSON payload received.') },
  });
});

test('a dry run is answered with the id of no message, and is no delivery', async () => {
  const { simulator, send } = await anFcm();
  for (let i = 0; i < 2; i++) {
    const { text } = await send({ token, data: { tag: '1' } }, { validate_only: true });
    expect(JSON.parse(text)).toEqual({ name: 'projects/demo/messages/fake_message_id' });
  }
  expect(simulator.fcm.counts()).toMatchObject({ received: 2, acceptedTwice: 0 });
});

const body = JSON.stringify({ message: { token } });
const unauthenticated = { error: { code: 401, status: 'UNAUTHENTICATED' } };

test('without an access token, and with an unknown one, a request is unauthenticated', async () => {
  const { session, post } = await anFcm();
  const bare = await exchange(session, { ':path': '/v1/projects/demo/messages:send' }, body);
  expect(bare.status).toBe(401);
  expect(JSON.parse(bare.text)).toMatchObject(unauthenticated);
  const unknown = await post(body, { authorization: 'Bearer ya29.unknown' });
  expect(unknown.status).toBe(401);
  expect(JSON.parse(unknown.text)).toMatchObject(unauthenticated);
  expect(unknown.headers['www-authenticate']).toContain('error="invalid_token"');
});

test('an access token is good for 3599 seconds', async () => {
  let now = NOW;
  const { post } = await anFcm({}, { now: () => now });
  now += 3_598_999;
  expect((await post(body)).status).toBe(200);
  now += 1;
  const { status, text } = await post(body);
  expect(status).toBe(401);
  expect(JSON.parse(text)).toMatchObject({ error: { details: [{ reason: 'ACCESS_TOKEN_EXPIRED' }] } });
});

test('an access token of another project is denied', async () => {
  const { post } = await anFcm();
  const { status, text } = await post(body, { ':path': '/v1/projects/other/messages:send' });
  expect(status).toBe(403);
  expect(JSON.parse(text)).toMatchObject({ error: { status: 'PERMISSION_DENIED' } });
  expect(text).not.toContain('FcmError');
});

test('another path or method is a page of HTML, not found', async () => {
  const { post } = await anFcm();
  const other = [{ ':path': '/v1/projects/demo/messages' }, { ':method': 'PUT' }];
  for (const headers of other) {
    const { status, headers: got } = await post(body, headers);
    expect(status).toBe(404);
    expect(got['content-type']).toBe('text/html; charset=UTF-8');
  }
});
