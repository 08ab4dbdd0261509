import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

/** What bob's phones have registered. */
const DEVICES = [
  {
    id: STAND_INS.iphoneId,
    uid: 'bob',
    platform: 'apns_ios_device',
    providerId: 'apns-1',
    pushToken: 'tok_iphone_of_bob',
    pushTokenType: 'chat',
    authToken: STAND_INS.authTokenShown,
    createdAt: 1_741_847_453,
    updatedAt: 1_741_847_453,
  },
  {
    id: STAND_INS.androidId,
    uid: 'bob',
    platform: 'fcm_android',
    providerId: 'fcm-1',
    pushToken: 'tok_android_of_bob',
    pushTokenType: 'chat',
    authToken: STAND_INS.authTokenShown,
    createdAt: 1_741_847_453,
    updatedAt: 1_741_847_453,
  },
];

/** Push tokens, on the current path and the legacy one. */
export const tokens: readonly Example[] = [
  {
    operation: 'POST /v3/notifications/push/v1/tokens',
    as: 'bob',
    body: {
      platform: 'apns_ios_device',
      providerId: 'apns-1',
      deviceToken: 'tok_iphone_of_bob',
      timezone: 'Asia/Tokyo',
    },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'POST /v3/notifications/push/v1/tokens',
    name: 'With an unknown time zone',
    as: 'bob',
    body: {
      platform: 'apns_ios_device',
      providerId: 'apns-1',
      deviceToken: 'tok_iphone_of_bob',
      timezone: 'Mars/Olympus',
    },
    status: 200,
    answer: {
      data: {
        success: true,
        ignored: [
          {
            field: 'timezone',
            problem: 'is not a known IANA time zone, e.g. Asia/Tokyo, or UTC offset, e.g. +05:30',
          },
        ],
      },
    },
  },
  {
    operation: 'POST /v3/notifications/push/v1/tokens',
    name: 'On behalf of a user',
    as: 'backend',
    body: {
      uid: 'bob',
      authToken: STAND_INS.authToken,
      platform: 'fcm_android',
      providerId: 'fcm-1',
      fcmToken: 'tok_android_of_bob',
    },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'POST /v3/notifications/push/v1/tokens',
    name: 'No such provider',
    as: 'bob',
    body: { platform: 'fcm_android', providerId: 'fcm-9', fcmToken: 'tok_android_of_bob' },
    status: 404,
    answer: { error: { code: 'ERR_PROVIDER_NOT_FOUND', message: 'providerId: there is no fcm provider "fcm-9"' } },
  },
  {
    operation: 'GET /v3/notifications/push/v1/tokens',
    as: 'bob',
    status: 200,
    answer: {
      data: {
        pushTokens: DEVICES,
      },
    },
  },
  {
    operation: 'GET /v3/users/{uid}/devices',
    as: 'backend',
    params: { uid: 'bob' },
    query: { state: 'active' },
    status: 200,
    answer: { data: DEVICES, meta: {} },
  },
  {
    operation: 'GET /v2/tokens',
    as: 'bob',
    status: 200,
    answer: { data: { ios: ['tok_iphone_of_bob'], web: [], android: ['tok_android_of_bob'] } },
  },
  {
    operation: 'DELETE /v3/notifications/push/v1/tokens/{pushToken}',
    as: 'backend',
    params: { pushToken: 'tok_android_of_bob' },
    body: { uid: 'bob', authToken: STAND_INS.authToken },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'DELETE /v3/notifications/push/v1/tokens/{pushToken}',
    name: 'No such push token',
    as: 'bob',
    params: { pushToken: 'tok_of_another' },
    status: 404,
    answer: { error: { code: 'ERR_TOKEN_NOT_FOUND', message: 'pushToken: the user has no such push token' } },
  },
  {
    operation: 'DELETE /v3/notifications/push/v1/tokens',
    as: 'bob',
    body: {},
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'POST /v2/tokens',
    as: 'bob',
    headers: { resource: 'WEB-4_2_0-5f2c1b9e-1741847453' },
    body: { fcmToken: 'tok_browser_of_bob' },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'DELETE /v2/tokens',
    as: 'bob',
    body: { all: false },
    status: 200,
    answer: SUCCESS,
  },
];
