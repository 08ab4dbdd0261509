import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

/** APNs credentials. */
export const apnsProviders: readonly Example[] = [
  {
    operation: 'POST /v3/notifications/push/v1/providers/apns',
    as: 'backend',
    body: {
      providerId: 'apns-1',
      keyId: STAND_INS.keyId,
      teamId: STAND_INS.teamId,
      bundleId: 'com.example.chat',
      p8KeyFilename: 'AuthKey.p8',
      p8Key: STAND_INS.p8Key,
      productionMode: false,
    },
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'apns-1',
            isDefault: true,
            keyId: STAND_INS.keyId,
            teamId: STAND_INS.teamId,
            bundleId: 'com.example.chat',
            productionMode: false,
            includeContentAvailable: false,
            includeMutableContent: false,
            p8KeyFilename: 'AuthKey.p8',
          },
        ],
      },
    },
  },
  {
    operation: 'POST /v3/notifications/push/v1/providers/apns',
    name: 'Id already in use',
    as: 'backend',
    body: { providerId: 'apns-1' },
    status: 409,
    answer: {
      error: {
        code: 'ERR_PROVIDER_ALREADY_EXISTS',
        message: 'providerId: "apns-1" already exists; use PUT to change it',
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/apns',
    as: 'backend',
    body: { providerId: 'apns-1', productionMode: true, includeMutableContent: true },
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'apns-1',
            isDefault: true,
            keyId: STAND_INS.keyId,
            teamId: STAND_INS.teamId,
            bundleId: 'com.example.chat',
            productionMode: true,
            includeContentAvailable: false,
            includeMutableContent: true,
            p8KeyFilename: 'AuthKey.p8',
          },
        ],
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/apns',
    name: 'Next key',
    as: 'backend',
    body: { providerId: 'apns-1', next: { keyId: 'NEXTKEY001', p8KeyFilename: 'Next.p8', p8Key: STAND_INS.p8Key } },
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'apns-1',
            isDefault: true,
            keyId: STAND_INS.keyId,
            teamId: STAND_INS.teamId,
            bundleId: 'com.example.chat',
            productionMode: true,
            includeContentAvailable: false,
            includeMutableContent: true,
            p8KeyFilename: 'AuthKey.p8',
            next: { keyId: 'NEXTKEY001', p8KeyFilename: 'Next.p8' },
          },
        ],
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/apns',
    name: 'No such provider',
    as: 'backend',
    body: { providerId: 'apns-9' },
    status: 404,
    answer: { error: { code: 'ERR_PROVIDER_NOT_FOUND', message: 'providerId: there is no apns provider "apns-9"' } },
  },
  {
    operation: 'GET /v3/notifications/push/v1/providers/apns',
    as: 'backend',
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'apns-1',
            isDefault: true,
            keyId: STAND_INS.keyId,
            teamId: STAND_INS.teamId,
            bundleId: 'com.example.chat',
            productionMode: true,
            includeContentAvailable: false,
            includeMutableContent: true,
            p8KeyFilename: 'AuthKey.p8',
            next: { keyId: 'NEXTKEY001', p8KeyFilename: 'Next.p8' },
          },
        ],
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/apns/default/{providerId}',
    as: 'backend',
    params: { providerId: 'apns-1' },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/apns/default/{providerId}',
    name: 'No such provider',
    as: 'backend',
    params: { providerId: 'apns-9' },
    status: 404,
    answer: { error: { code: 'ERR_PROVIDER_NOT_FOUND', message: 'providerId: there is no apns provider "apns-9"' } },
  },
];
