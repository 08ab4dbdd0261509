import { isObject, parseObject, stringIn } from '../wire/json.ts';

const TYPE = 'type.googleapis.com/';
const FCM_ERROR = `${TYPE}google.firebase.fcm.v1.FcmError`;
const BAD_REQUEST = `${TYPE}google.rpc.BadRequest`;
const QUOTA_FAILURE = `${TYPE}google.rpc.QuotaFailure`;

/** FCM's message for a malformed token. https://firebase.google.com/docs/cloud-messaging/error-codes */
const TOKEN_WORDS = 'registration token is not a valid FCM registration token';
/** A limit of the device or topic, not of the project. */
const NARROW_QUOTA = /device|topic|registration/i;

/** The content of an error body. All members are undefined or false if the answer is not FCM's JSON. */
export interface FcmError {
  /** `errorCode` of the FcmError detail. */
  errorCode: string | undefined;
  /** `error.status`, the general code of Google's APIs. */
  status: string | undefined;
  message: string | undefined;
  /** Whether it says that the registration token is malformed. */
  namesToken: boolean;
  /** Whether the exhausted quota is that of a device or topic. */
  narrowQuota: boolean;
}

/** Reads an error: https://firebase.google.com/docs/reference/fcm/rest/v1/FcmError and https://google.aip.dev/193 */
export function readError(body: string): FcmError {
  const json = parseObject(body)?.error;
  const error = isObject(json) ? json : {};
  const details = Array.isArray(error.details) ? error.details.filter(isObject) : [];
  const detail = (type: string): Record<string, unknown> | undefined =>
    details.find((entry) => entry['@type'] === type);
  const message = stringIn(error, 'message');
  const fields = listIn(detail(BAD_REQUEST), 'fieldViolations').map((violation) => stringIn(violation, 'field'));
  const quotas = listIn(detail(QUOTA_FAILURE), 'violations');
  return {
    errorCode: stringIn(detail(FCM_ERROR), 'errorCode'),
    status: stringIn(error, 'status'),
    message,
    namesToken: fields.includes('message.token') || (message?.includes(TOKEN_WORDS) ?? false),
    narrowQuota: quotas.some((quota) =>
      NARROW_QUOTA.test(`${stringIn(quota, 'subject')} ${stringIn(quota, 'description')}`),
    ),
  };
}

function listIn(object: Record<string, unknown> | undefined, name: string): Record<string, unknown>[] {
  const list = object?.[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}
