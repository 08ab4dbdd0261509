import type { Refusal } from '../push/push-receiver.ts';
import type { Failure } from '../push/token-script.ts';

/**
 * The HTTP status of each reason.
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 */
const STATUS = {
  BadCollapseId: 400,
  BadDeviceToken: 400,
  BadExpirationDate: 400,
  BadMessageId: 400,
  BadPriority: 400,
  BadTopic: 400,
  DeviceTokenNotForTopic: 400,
  InvalidPushType: 400,
  MissingDeviceToken: 400,
  MissingTopic: 400,
  PayloadEmpty: 400,
  TopicDisallowed: 400,
  BadEnvironmentKeyIdInToken: 403,
  ExpiredProviderToken: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  UnrelatedKeyIdInToken: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  Unregistered: 410,
  PayloadTooLarge: 413,
  TooManyProviderTokenUpdates: 429,
  TooManyRequests: 429,
  InternalServerError: 500,
  Shutdown: 503,
} as const;
export type Reason = keyof typeof STATUS;

/** Apple documents no Retry-After; this tests clients that obey one. */
const RETRY_AFTER = { 'retry-after': '1' };

/** The APNs reason for a simulated failure; undefined if APNs has none. */
const REASON: Record<Failure['kind'], Reason | undefined> = {
  unregistered: 'Unregistered',
  bad: 'BadDeviceToken',
  mismatch: 'DeviceTokenNotForTopic',
  invalid: 'InvalidPushType',
  throttled: 'TooManyRequests',
  internal: 'InternalServerError',
  unavailable: 'Shutdown',
  bad_gateway: undefined,
};

/** APNs' answer for a reason. `headers` are always included. */
export const refusal = (
  reason: Reason,
  headers: Record<string, string>,
  more: { timestamp?: number } = {},
): Refusal => ({ status: STATUS[reason], headers, text: JSON.stringify({ reason, ...more }), reason });

/** APNs' answer when a token's name or a fault demands a failure; undefined if APNs has none. */
export function failed(failure: Failure, headers: Record<string, string>, now: number): Refusal | undefined {
  const reason = REASON[failure.kind];
  if (failure.kind === 'unregistered') return refusal('Unregistered', headers, { timestamp: failure.at ?? now });
  const waits = failure.kind === 'throttled' && !failure.bare;
  return reason && refusal(reason, waits ? { ...headers, ...RETRY_AFTER } : headers);
}
