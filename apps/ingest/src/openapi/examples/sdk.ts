import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

/** The requests CometChat's SDK makes before and after logging in. */
export const sdk: readonly Example[] = [
  {
    operation: 'GET /v3/settings',
    as: 'bob',
    status: 200,
    answer: {
      data: {
        settingsHash: STAND_INS.settingsHash,
        settingsHashReceivedAt: 1_741_847_453,
        CLIENT_API_HOST: STAND_INS.host,
        ADMIN_API_HOST: STAND_INS.host,
        CHAT_API_VERSION: 'v3',
        ANALYTICS_PING_DISABLED: true,
        REGION: 'us',
        EXTENSION_DOMAIN: STAND_INS.host,
        MODE: 'DEFAULT',
        APP_VERSION: 4,
      },
    },
  },
  {
    operation: 'PUT /v3/me',
    as: 'bob',
    body: { platform: 'javascript', deviceId: 'WEB-4_2_0-5f2c1b9e-1741847453' },
    status: 200,
    answer: {
      data: {
        uid: 'bob',
        name: 'Bob',
        avatar: 'https://chat.example.com/bob.png',
        status: 'online',
        role: 'default',
        createdAt: 1_741_847_453,
        authToken: STAND_INS.authToken,
        wsChannel: {},
        jwt: STAND_INS.jwt,
        settings: {
          settingsHash: STAND_INS.settingsHash,
          settingsHashReceivedAt: 1_741_847_453,
          CLIENT_API_HOST: STAND_INS.host,
          ADMIN_API_HOST: STAND_INS.host,
          CHAT_API_VERSION: 'v3',
          ANALYTICS_PING_DISABLED: true,
          REGION: 'us',
          EXTENSION_DOMAIN: STAND_INS.host,
          MODE: 'DEFAULT',
          APP_VERSION: 4,
        },
      },
    },
  },
  {
    operation: 'GET /v3/me',
    as: 'bob',
    status: 200,
    answer: {
      data: {
        uid: 'bob',
        name: 'Bob',
        avatar: 'https://chat.example.com/bob.png',
        status: 'online',
        role: 'default',
        createdAt: 1_741_847_453,
        authToken: STAND_INS.authToken,
        wsChannel: {},
        jwt: STAND_INS.jwt,
        settings: {
          settingsHash: STAND_INS.settingsHash,
          settingsHashReceivedAt: 1_741_847_453,
          CLIENT_API_HOST: STAND_INS.host,
          ADMIN_API_HOST: STAND_INS.host,
          CHAT_API_VERSION: 'v3',
          ANALYTICS_PING_DISABLED: true,
          REGION: 'us',
          EXTENSION_DOMAIN: STAND_INS.host,
          MODE: 'DEFAULT',
          APP_VERSION: 4,
        },
      },
    },
  },
  {
    operation: 'POST /v3/me/jwt',
    as: 'bob',
    body: { passthrough: {} },
    status: 200,
    answer: { data: { jwt: STAND_INS.jwt } },
  },
  {
    operation: 'POST /v3/user_sessions',
    as: 'bob',
    body: { device: { language: 'en' } },
    status: 200,
    answer: SUCCESS,
  },
];
