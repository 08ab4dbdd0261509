import type { Outcome } from '@fanfare/core';
import { parseObject, stringIn } from '../wire/json.ts';
import { plainWords } from '../wire/plain-words.ts';
import { type WaitLimits, waitAsked, waitByDefault } from '../wire/retry-after.ts';
import { type FcmError, readError } from './error.ts';

/** FCM's answer, over any transport. */
export interface FcmReply {
  status: number;
  retryAfter: string | undefined;
  body: string;
  /** What a refusal says. */
  error: FcmError | undefined;
}

/** An answer with its error, which is read once. */
export const fcmReply = ({ status, retryAfter, body }: Omit<FcmReply, 'error'>): FcmReply => ({
  status,
  retryAfter,
  body,
  error: status >= 400 ? readError(body) : undefined,
});

type AnswerMeaning =
  | 'token_dead'
  | 'credential_failing'
  | 'rejected'
  | 'retryable'
  /** Throttled with Retry-After; without it for this long, or if undefined only retryable. */
  | { throttledMs: number | undefined }
  /** Dead if the error names the token, else our request is wrong. */
  | 'token_dead_if_named';

/**
 * "If there is no retry-after header, default to 60 seconds":
 * https://firebase.google.com/docs/cloud-messaging/scale-fcm
 */
const QUOTA_WAIT_MS = 60_000;

/**
 * By `errorCode` of the FcmError detail, which takes precedence over the status.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
 */
const BY_ERROR_CODE: Readonly<Record<string, AnswerMeaning>> = {
  UNREGISTERED: 'token_dead',
  INVALID_ARGUMENT: 'token_dead_if_named',
  SENDER_ID_MISMATCH: 'token_dead',
  QUOTA_EXCEEDED: { throttledMs: QUOTA_WAIT_MS },
  UNAVAILABLE: { throttledMs: undefined },
  INTERNAL: 'retryable',
  /** Concerns only the project's keys for APNs or web push: its Android devices can still be reached. */
  THIRD_PARTY_AUTH_ERROR: 'credential_failing',
  UNSPECIFIED_ERROR: 'retryable',
};

/**
 * By HTTP status, when there is no such detail; other statuses by class.
 * https://firebase.google.com/docs/cloud-messaging/error-codes and https://cloud.google.com/apis/design/errors
 */
const BY_STATUS: Readonly<Record<number, AnswerMeaning>> = {
  400: 'token_dead_if_named',
  /** After a new access token has been tried. */
  401: 'credential_failing',
  403: 'credential_failing',
  /** Without UNREGISTERED: the project or the path is wrong, not the token. */
  404: 'credential_failing',
  408: 'retryable',
  429: { throttledMs: QUOTA_WAIT_MS },
  503: { throttledMs: undefined },
};

/** Whether an answer asks for a new access token: a 401 that is not about third-party keys. */
export const wantsNewToken = ({ status, error }: FcmReply): boolean =>
  status === 401 && error?.errorCode !== 'THIRD_PARTY_AUTH_ERROR';

/**
 * The outcome of an answer. The reason is FCM's `errorCode` if documented, else Google's status on 4xx, else `http_`
 * and the status; `DEVICE_RATE_EXCEEDED` distinguishes a device's own limit from the project's. `token` is removed from
 * the detail.
 */
export function fcmOutcome(reply: FcmReply, limits: WaitLimits & { token: string }): Outcome {
  const { error } = reply;
  if (error === undefined) return acceptance(reply);
  const known = error.errorCode === undefined ? undefined : BY_ERROR_CODE[error.errorCode];
  const meaning = known ?? BY_STATUS[reply.status] ?? (reply.status >= 500 ? 'retryable' : 'rejected');
  const detail = plainWords(error.message?.replaceAll(limits.token, '[token]') ?? '');
  const words = { reason: reasonOf(reply, error), ...(detail === undefined ? {} : { detail }) };
  if (meaning === 'token_dead_if_named') return { kind: error.namesToken ? 'token_dead' : 'rejected', ...words };
  if (typeof meaning === 'string') return { kind: meaning, ...words };
  const wait = waitAsked(reply.retryAfter, limits) ?? waitByDefault(meaning.throttledMs);
  return wait === undefined ? { kind: 'retryable', ...words } : { kind: 'throttled', ...wait, ...words };
}

/** Whether the answer is in the tables above; any other is classified by its status. */
export function isDocumented({ status, error }: FcmReply): boolean {
  if (error === undefined) return true;
  const { errorCode } = error;
  return errorCode === undefined ? status in BY_STATUS || status >= 500 : errorCode in BY_ERROR_CODE;
}

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#resource:-message, `name` */
const MESSAGE_NAME = /^projects\/[^/]+\/messages\/./;
/** The usual answer, which need not be parsed as JSON. */
const ONLY_NAME = /^\{\s*"name":\s*"(projects\/[^/"\\]+\/messages\/[^"\\]+)"\s*\}\s*$/;

/**
 * FCM says yes with the name of the message. Any other answer without an error comes from a proxy or portal in between.
 */
function acceptance({ status, body }: FcmReply): Outcome {
  const name = status === 200 ? (ONLY_NAME.exec(body)?.[1] ?? stringIn(parseObject(body), 'name')) : undefined;
  if (name !== undefined && MESSAGE_NAME.test(name)) return { kind: 'accepted', providerId: name };
  return { kind: 'retryable', reason: 'bad_response', detail: `http_${status}` };
}

function reasonOf({ status }: FcmReply, { errorCode, status: general, narrowQuota }: FcmError): string {
  if (narrowQuota) return 'DEVICE_RATE_EXCEEDED';
  if (errorCode !== undefined && errorCode in BY_ERROR_CODE) return errorCode;
  return general !== undefined && /^[A-Z_]{1,40}$/.test(general) ? general : `http_${status}`;
}
