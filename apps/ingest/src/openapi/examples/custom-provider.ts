import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

/** An app's webhook. */
export const customProvider: readonly Example[] = [
  {
    operation: 'GET /v3/notifications/push/v1/providers/custom',
    name: 'Not configured',
    as: 'backend',
    status: 200,
    answer: { data: { pushProviders: [] } },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/custom',
    name: 'Not configured',
    as: 'backend',
    body: { isEnabled: false },
    status: 404,
    answer: { error: { code: 'ERR_PROVIDER_NOT_FOUND', message: 'the custom provider is not configured' } },
  },
  {
    operation: 'POST /v3/notifications/push/v1/providers/custom',
    as: 'backend',
    body: {
      isEnabled: true,
      webhookURL: STAND_INS.webhook,
      useBasicAuth: true,
      basicAuthUsername: 'fanfare',
      basicAuthPassword: 'correct horse battery',
    },
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'custom',
            isEnabled: true,
            webhookURL: STAND_INS.webhook,
            useBasicAuth: true,
            basicAuthUsername: 'fanfare',
            signed: false,
          },
        ],
      },
    },
  },
  {
    operation: 'POST /v3/notifications/push/v1/providers/custom',
    name: 'Already configured',
    as: 'backend',
    body: { webhookURL: STAND_INS.webhook },
    status: 409,
    answer: {
      error: {
        code: 'ERR_PROVIDER_ALREADY_EXISTS',
        message: 'the custom provider is already configured; use PUT to change it',
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/push/v1/providers/custom',
    as: 'backend',
    body: { signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'custom',
            isEnabled: true,
            webhookURL: STAND_INS.webhook,
            useBasicAuth: true,
            basicAuthUsername: 'fanfare',
            signed: true,
          },
        ],
      },
    },
  },
  {
    operation: 'GET /v3/notifications/push/v1/providers/custom',
    as: 'backend',
    status: 200,
    answer: {
      data: {
        pushProviders: [
          {
            providerId: 'custom',
            isEnabled: true,
            webhookURL: STAND_INS.webhook,
            useBasicAuth: true,
            basicAuthUsername: 'fanfare',
            signed: true,
          },
        ],
      },
    },
  },
];
