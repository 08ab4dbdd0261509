import type { Outcome } from '@fanfare/core';
import { fcmError } from './fcm.ts';

const badRequest = (field: string) => ({
  '@type': 'type.googleapis.com/google.rpc.BadRequest',
  fieldViolations: [{ field, description: 'Invalid' }],
});
const quota = (subject: string, description: string) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ subject, description }],
});
const invalid = { errorCode: 'INVALID_ARGUMENT' };
const HTML = '<!DOCTYPE html><title>Error 502 (Server Error)!!1</title>';

/** Every row of FCM's table, with the messages of real answers where we have them. */
export const ANSWERS: [what: string, status: number, body: object | string | undefined, outcome: Outcome][] = [
  [
    'UNREGISTERED',
    404,
    fcmError(404, 'NOT_FOUND', { errorCode: 'UNREGISTERED' }),
    { kind: 'token_dead', reason: 'UNREGISTERED' },
  ],
  ['a bare 404 of JSON', 404, fcmError(404, 'NOT_FOUND'), { kind: 'credential_failing', reason: 'NOT_FOUND' }],
  ['a bare 404 of HTML', 404, HTML, { kind: 'credential_failing', reason: 'http_404' }],
  [
    'INVALID_ARGUMENT that names the token',
    400,
    fcmError(400, 'INVALID_ARGUMENT', { ...invalid, details: [badRequest('message.token')] }),
    { kind: 'token_dead', reason: 'INVALID_ARGUMENT' },
  ],
  [
    'INVALID_ARGUMENT that speaks of the token',
    400,
    fcmError(400, 'INVALID_ARGUMENT', {
      ...invalid,
      message: 'The registration token is not a valid FCM registration token',
    }),
    {
      kind: 'token_dead',
      reason: 'INVALID_ARGUMENT',
      detail: 'The registration token is not a valid FCM registration token',
    },
  ],
  [
    'INVALID_ARGUMENT that names the data',
    400,
    fcmError(400, 'INVALID_ARGUMENT', { ...invalid, details: [badRequest('message.data[0].value')] }),
    { kind: 'rejected', reason: 'INVALID_ARGUMENT' },
  ],
  [
    'INVALID_ARGUMENT without detail',
    400,
    fcmError(400, 'INVALID_ARGUMENT'),
    { kind: 'rejected', reason: 'INVALID_ARGUMENT' },
  ],
  [
    'SENDER_ID_MISMATCH',
    403,
    fcmError(403, 'PERMISSION_DENIED', { errorCode: 'SENDER_ID_MISMATCH' }),
    { kind: 'token_dead', reason: 'SENDER_ID_MISMATCH' },
  ],
  [
    'PERMISSION_DENIED',
    403,
    fcmError(403, 'PERMISSION_DENIED'),
    { kind: 'credential_failing', reason: 'PERMISSION_DENIED' },
  ],
  [
    'THIRD_PARTY_AUTH_ERROR',
    401,
    fcmError(401, 'UNAUTHENTICATED', { errorCode: 'THIRD_PARTY_AUTH_ERROR' }),
    { kind: 'credential_failing', reason: 'THIRD_PARTY_AUTH_ERROR' },
  ],
  [
    'QUOTA_EXCEEDED',
    429,
    fcmError(429, 'RESOURCE_EXHAUSTED', { errorCode: 'QUOTA_EXCEEDED', details: [quota('project:1', 'Daily limit')] }),
    { kind: 'throttled', retryAfterMs: 60_000, byDefault: true, reason: 'QUOTA_EXCEEDED' },
  ],
  [
    'QUOTA_EXCEEDED of a device',
    429,
    fcmError(429, 'RESOURCE_EXHAUSTED', {
      errorCode: 'QUOTA_EXCEEDED',
      details: [quota('token', 'Device message rate exceeded')],
    }),
    { kind: 'throttled', retryAfterMs: 60_000, byDefault: true, reason: 'DEVICE_RATE_EXCEEDED' },
  ],
  [
    'RESOURCE_EXHAUSTED',
    429,
    fcmError(429, 'RESOURCE_EXHAUSTED'),
    { kind: 'throttled', retryAfterMs: 60_000, byDefault: true, reason: 'RESOURCE_EXHAUSTED' },
  ],
  ['INTERNAL', 500, fcmError(500, 'INTERNAL', { errorCode: 'INTERNAL' }), { kind: 'retryable', reason: 'INTERNAL' }],
  [
    'UNAVAILABLE',
    503,
    fcmError(503, 'UNAVAILABLE', { errorCode: 'UNAVAILABLE' }),
    { kind: 'retryable', reason: 'UNAVAILABLE' },
  ],
  [
    'UNSPECIFIED_ERROR',
    500,
    fcmError(500, 'UNKNOWN', { errorCode: 'UNSPECIFIED_ERROR' }),
    { kind: 'retryable', reason: 'UNSPECIFIED_ERROR' },
  ],
  [
    'an unknown error of the server',
    500,
    fcmError(500, 'DATA_LOSS', { errorCode: 'NEW' }),
    { kind: 'retryable', reason: 'DATA_LOSS' },
  ],
  ['a 502 of HTML', 502, HTML, { kind: 'retryable', reason: 'http_502' }],
  ['a 504 of HTML', 504, HTML, { kind: 'retryable', reason: 'http_504' }],
  ['a 413 without body', 413, undefined, { kind: 'rejected', reason: 'http_413' }],
];
