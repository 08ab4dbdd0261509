import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

/** FCM credentials. */
export const fcmProviders: readonly Example[] = [
  {
    operation: 'POST /v3/notifications/push/v1/providers/fcm',
    as: 'backend',
    body: {
      providerId: 'fcm-1',
      serviceAccountFilename: 'service-account.json',
      serviceAccountCreds: {
        project_id: STAND_INS.projectId,
        client_email: STAND_INS.clientEmail,
        private_key: STAND_INS.privateKey,
        private_key_id: STAND_INS.privateKeyId,
        token_uri: STAND_INS.tokenUri,
      },
      notificationInPayload: { ios: { chat: true } },
    },
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'fcm-1',
            isDefault: true,
            serviceAccountFilename: 'service-account.json',
            projectId: STAND_INS.projectId,
            clientEmail: STAND_INS.clientEmail,
            notificationInPayload: {
              ios: { chat: true, call: false },
              android: { chat: false, call: false },
              web: { chat: false, call: false },
            },
          },
        ],
      },
    },
  },
  {
    operation: 'POST /v3/notifications/push/v1/providers/fcm',
    name: 'Id already in use',
    as: 'backend',
    body: { providerId: 'fcm-1' },
    status: 409,
    answer: {
      error: {
        code: 'ERR_PROVIDER_ALREADY_EXISTS',
        message: 'providerId: "fcm-1" already exists; use PUT to change it',
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/fcm',
    as: 'backend',
    body: { providerId: 'fcm-1', notificationInPayload: { ios: { chat: true }, android: { chat: true } } },
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'fcm-1',
            isDefault: true,
            serviceAccountFilename: 'service-account.json',
            projectId: STAND_INS.projectId,
            clientEmail: STAND_INS.clientEmail,
            notificationInPayload: {
              ios: { chat: true, call: false },
              android: { chat: true, call: false },
              web: { chat: false, call: false },
            },
          },
        ],
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/fcm',
    name: 'No such provider',
    as: 'backend',
    body: { providerId: 'fcm-9' },
    status: 404,
    answer: { error: { code: 'ERR_PROVIDER_NOT_FOUND', message: 'providerId: there is no fcm provider "fcm-9"' } },
  },
  {
    operation: 'GET /v3/notifications/push/v1/providers/fcm',
    as: 'backend',
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'fcm-1',
            isDefault: true,
            serviceAccountFilename: 'service-account.json',
            projectId: STAND_INS.projectId,
            clientEmail: STAND_INS.clientEmail,
            notificationInPayload: {
              ios: { chat: true, call: false },
              android: { chat: true, call: false },
              web: { chat: false, call: false },
            },
          },
        ],
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/fcm/default/{providerId}',
    as: 'backend',
    params: { providerId: 'fcm-1' },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/fcm/default/{providerId}',
    name: 'No such provider',
    as: 'backend',
    params: { providerId: 'fcm-9' },
    status: 404,
    answer: { error: { code: 'ERR_PROVIDER_NOT_FOUND', message: 'providerId: there is no fcm provider "fcm-9"' } },
  },
];
