import type { Refusal } from '../push/push-receiver.ts';
import type { Failure } from '../push/token-script.ts';

/**
 * FCM's error bodies, as observed and documented: https://github.com/bloomberg/pushiko/blob/main/docs/fcm_responses.md
 * https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
 */

/** One wrong field. The top level of the body has no name. */
export interface Violation {
  field?: string;
  description: string;
}

interface GoogleError {
  code: number;
  message: string;
  status: string;
  details?: object[];
}

export const JSON_TYPE = 'application/json; charset=UTF-8';
const DEVCONSOLE = 'See https://developers.google.com/identity/sign-in/web/devconsole-project.';
const EXPECTED = 'Expected OAuth 2 access token, login cookie or other valid authentication credential.';
const CREDENTIALS = `${EXPECTED} ${DEVCONSOLE}`;

const fcmError = (errorCode: string) => ({ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode });

const badRequest = (fieldViolations: Violation[]) => ({
  '@type': 'type.googleapis.com/google.rpc.BadRequest',
  fieldViolations,
});

const errorInfo = (reason: string, domain: string, metadata: Record<string, string>) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain,
  metadata,
});

const METHOD = { service: 'fcm.googleapis.com', method: 'google.firebase.fcm.v1.FcmService.SendMessage' };

/** `reason`: FCM's error code if there is one, else the status. */
const answer = (error: GoogleError, reason = error.status, headers: Record<string, string> = {}): Refusal => ({
  status: error.code,
  headers: { 'content-type': JSON_TYPE, ...headers },
  text: `${JSON.stringify({ error }, undefined, 2)}\n`,
  reason,
});

const INVALID = { code: 400, status: 'INVALID_ARGUMENT' };

/** The text is not JSON. */
export const notJson = (): Refusal =>
  answer({ ...INVALID, message: 'Invalid JSON payload received. Unexpected token.\n' });

/** The JSON is not a request. Google's front end finds this before FCM does, so there is no FCM error code. */
export const notARequest = (violations: Violation[]): Refusal =>
  answer({
    ...INVALID,
    message: violations.map(({ description }) => description).join('\n'),
    details: [badRequest(violations)],
  });

/** The request is valid JSON, but FCM refuses it. */
export const invalidArgument = (field: string, description: string): Refusal =>
  answer(
    { ...INVALID, message: description, details: [badRequest([{ field, description }]), fcmError('INVALID_ARGUMENT')] },
    'INVALID_ARGUMENT',
  );

export const missingCredential = (): Refusal =>
  answer(
    {
      code: 401,
      message: `Request is missing required authentication credential. ${CREDENTIALS}`,
      status: 'UNAUTHENTICATED',
      details: [errorInfo('CREDENTIALS_MISSING', 'googleapis.com', METHOD)],
    },
    'UNAUTHENTICATED',
    { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' },
  );

/** An access token that is invalid or has expired. */
export const invalidCredential = (expired: boolean): Refusal =>
  answer(
    {
      code: 401,
      message: `Request had invalid authentication credentials. ${CREDENTIALS}`,
      status: 'UNAUTHENTICATED',
      ...(expired && { details: [errorInfo('ACCESS_TOKEN_EXPIRED', 'googleapis.com', METHOD)] }),
    },
    'UNAUTHENTICATED',
    { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  );

/** An access token for another project. */
export function permissionDenied(projectId: string): Refusal {
  const resource = `//cloudresourcemanager.googleapis.com/projects/${projectId}`;
  const permission = 'cloudmessaging.messages.create';
  return answer({
    code: 403,
    message: `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`,
    status: 'PERMISSION_DENIED',
    details: [
      errorInfo('IAM_PERMISSION_DENIED', 'cloudresourcemanager.googleapis.com', {
        resource: `projects/${projectId}`,
        permission,
      }),
    ],
  });
}

const BAD_TOKEN = 'The registration token is not a valid FCM registration token';

export const badToken = (): Refusal => invalidArgument('message.token', BAD_TOKEN);

/** A page of Google's front end. */
export const htmlPage = (code: number, title: string, text: string): Refusal => ({
  status: code,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  text: [
    '<!DOCTYPE html>',
    '<html lang=en>',
    `  <title>Error ${code} (${title})!!1</title>`,
    `  <p><b>${code}.</b> <ins>That’s an error.</ins>`,
    `  <p>${text}\n`,
  ].join('\n'),
  reason: `HTML_${code}`,
});

const withCode = (errorCode: string, error: GoogleError, headers?: Record<string, string>): Refusal =>
  answer({ ...error, details: [fcmError(errorCode), ...(error.details ?? [])] }, errorCode, headers);

const FAILED: Record<Failure['kind'], Refusal> = {
  unregistered: withCode('UNREGISTERED', {
    code: 404,
    message: 'Requested entity was not found.',
    status: 'NOT_FOUND',
  }),
  bad: badToken(),
  invalid: invalidArgument('message.data', 'Invalid data payload'),
  mismatch: withCode('SENDER_ID_MISMATCH', { code: 403, message: 'SenderId mismatch', status: 'PERMISSION_DENIED' }),
  throttled: withCode(
    'QUOTA_EXCEEDED',
    {
      code: 429,
      message: 'Resource has been exhausted (e.g. check quota).',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
          violations: [{ subject: 'device', description: 'Device message rate exceeded.' }],
        },
      ],
    },
    { 'retry-after': '1' },
  ),
  internal: withCode('INTERNAL', { code: 500, message: 'Internal error encountered.', status: 'INTERNAL' }),
  unavailable: withCode('UNAVAILABLE', {
    code: 503,
    message: 'The service is currently unavailable.',
    status: 'UNAVAILABLE',
  }),
  bad_gateway: htmlPage(
    502,
    'Server Error',
    'The server encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds.',
  ),
};

/** FCM's answer when a token's name or a fault demands a failure. */
export const failed = (failure: Failure): Refusal => {
  const refusal = FAILED[failure.kind];
  return failure.kind === 'throttled' && failure.bare
    ? { ...refusal, headers: { 'content-type': JSON_TYPE } }
    : refusal;
};
