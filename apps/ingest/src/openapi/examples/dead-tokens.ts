import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

const PROVIDER = '/v3/notifications/push/v1/providers';

const FCM_DEVICE = { platform: 'fcm_android', token: 'tok_android_of_erin' };
const APNS_DEVICE = { platform: 'apns_ios_device', token: 'tok_iphone_of_erin' };

/** A token that FCM reports as dead, and what an operator may do about it. */
export const deadTokens: readonly Example[] = [
  {
    operation: 'POST /v3/notifications/push/v1/tokens',
    name: 'With a token that is dead',
    as: 'backend',
    body: { uid: 'dave', platform: 'fcm_android', providerId: 'fcm-1', fcmToken: 'tok_unregistered_of_dave' },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'POST /v3/events',
    name: 'To a user with a dead token',
    as: 'backend',
    body: {
      id: 'm-104',
      type: 'message.sent',
      sentAt: 1_741_847_453_000,
      sender: { uid: 'alice', name: 'Alice' },
      conversation: { type: 'user', id: 'dave' },
      message: { id: '104', type: 'text', text: 'hi' },
    },
    status: 202,
    answer: { data: { events: [{ id: 'm-104', status: 'accepted' }] } },
  },
  {
    operation: 'GET /v3/users/{uid}/devices',
    name: 'In quarantine',
    as: 'backend',
    params: { uid: 'dave' },
    query: { state: 'quarantined' },
    status: 200,
    answer: {
      data: [
        {
          id: STAND_INS.deadId,
          uid: 'dave',
          platform: 'fcm_android',
          providerId: 'fcm-1',
          pushToken: 'tok_unregistered_of_dave',
          pushTokenType: 'chat',
          createdAt: 1_741_847_453,
          updatedAt: 1_741_847_453,
          reason: 'UNREGISTERED',
          quarantinedAt: 1_741_847_455,
        },
      ],
      meta: {},
    },
  },
  {
    operation: 'POST /v3/users/{uid}/devices/{deviceId}/restore',
    as: 'backend',
    params: { uid: 'dave', deviceId: STAND_INS.deadId },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'POST /v3/users/{uid}/devices/{deviceId}/restore',
    name: 'Not in quarantine',
    as: 'backend',
    params: { uid: 'dave', deviceId: STAND_INS.deadId },
    status: 404,
    answer: {
      error: { code: 'ERR_TOKEN_NOT_FOUND', message: 'deviceId: the user has no such push token in quarantine' },
    },
  },
  {
    operation: `POST ${PROVIDER}/custom/test`,
    as: 'backend',
    status: 200,
    answer: { data: { outcome: 'accepted', durationMs: 42, message: 'The endpoint accepted the test.' } },
  },
  {
    operation: `POST ${PROVIDER}/fcm/{providerId}/test`,
    name: 'A dead token',
    as: 'backend',
    params: { providerId: 'fcm-1' },
    body: { platform: 'fcm_android', token: 'tok_unregistered_of_dave' },
    status: 200,
    answer: {
      data: {
        outcome: 'token_dead',
        reason: 'UNREGISTERED',
        detail: 'Requested entity was not found.',
        durationMs: 42,
        message: 'The credential is valid, but the token is not: UNREGISTERED.',
      },
    },
  },
  {
    operation: `POST ${PROVIDER}/fcm/{providerId}/test`,
    name: 'A user without a device',
    as: 'backend',
    params: { providerId: 'fcm-1' },
    body: { uid: 'zoe', dryRun: true },
    status: 400,
    answer: { error: { code: 'ERR_BAD_REQUEST', message: 'uid: zoe has no device that "fcm-1" pushes to' } },
  },
  ...(['fcm', 'apns'] as const).flatMap((kind): Example[] => [
    {
      operation: `POST ${PROVIDER}/${kind}/{providerId}/test`,
      as: 'backend',
      params: { providerId: `${kind}-1` },
      body: kind === 'fcm' ? FCM_DEVICE : APNS_DEVICE,
      status: 200,
      answer: { data: { outcome: 'accepted', durationMs: 42, message: 'The push service accepted the test push.' } },
    },
    {
      operation: `POST ${PROVIDER}/${kind}/{providerId}/restore-tokens`,
      as: 'backend',
      params: { providerId: `${kind}-1` },
      status: 200,
      answer: { data: { restored: 0, left: 0 } },
    },
    {
      operation: `POST ${PROVIDER}/${kind}/{providerId}/restore-tokens`,
      name: 'No such provider',
      as: 'backend',
      params: { providerId: `${kind}-9` },
      status: 404,
      answer: {
        error: { code: 'ERR_PROVIDER_NOT_FOUND', message: `providerId: there is no ${kind} provider "${kind}-9"` },
      },
    },
    {
      operation: `POST ${PROVIDER}/${kind}/{providerId}/confirm-dead-tokens`,
      as: 'backend',
      params: { providerId: `${kind}-1` },
      status: 200,
      answer: SUCCESS,
    },
  ]),
];
