import { expect, test } from '@jest/globals';
import { anFcm } from './push-clients.ts';

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';
const token = 'a-registration-token';

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
