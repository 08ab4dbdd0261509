import type { Outcome } from '@fanfare/core';
import { type WaitLimits, waitAsked, waitByDefault } from '../wire/retry-after.ts';

/** What APNs answered, by any transport. */
export interface ApnsReply {
  status: number;
  /** Of the JSON body; undefined when there is none. */
  reason: string | undefined;
  /** With 410: the moment (epoch ms) at which the token was found to be dead. */
  timestamp: number | undefined;
  retryAfter: string | undefined;
  /** Whether there is no body. */
  isEmpty: boolean;
}

/** What must be renewed before the same request is sent once more. */
export type Renewal = 'token' | 'connection';

type AnswerMeaning =
  | 'token_dead'
  | 'credential_failing'
  | 'rejected'
  | 'retryable'
  /** Throttled for the given time, or that of Retry-After. */
  | { kind: 'throttled'; waitMs: number }
  /** The same request once more, at once; if that ends like this too, `otherwise`. */
  | { kind: 'renew'; renewal: Renewal; otherwise: 'credential_failing' | 'retryable' };

const throttledFor = (waitMs: number): AnswerMeaning => ({ kind: 'throttled', waitMs });
const renewing = (renewal: Renewal, otherwise: 'credential_failing' | 'retryable'): AnswerMeaning => ({
  kind: 'renew',
  renewal,
  otherwise,
});

/**
 * Every documented reason, with its status in front.
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 * and, for channels and broadcasts (which we never send),
 * https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns-broadcast
 */
const VERDICTS: Readonly<Record<string, AnswerMeaning>> = {
  // May also mean the other environment: the guard on quarantining looks at the credential as a whole.
  '400 BadDeviceToken': 'token_dead',
  '400 DeviceTokenNotForTopic': 'token_dead',
  '400 BadTopic': 'credential_failing',
  '400 MissingTopic': 'credential_failing',
  '400 TopicDisallowed': 'credential_failing',
  '400 BadCollapseId': 'rejected',
  '400 BadExpirationDate': 'rejected',
  '400 BadMessageId': 'rejected',
  '400 BadPriority': 'rejected',
  '400 DuplicateHeaders': 'rejected',
  '400 InvalidPushType': 'rejected',
  '400 PayloadEmpty': 'rejected',
  '400 MissingDeviceToken': 'rejected',
  '400 IdleTimeout': renewing('connection', 'retryable'),
  '403 ExpiredProviderToken': renewing('token', 'credential_failing'),
  '403 InvalidProviderToken': 'credential_failing',
  '403 MissingProviderToken': 'credential_failing',
  '403 BadCertificate': 'credential_failing',
  '403 BadCertificateEnvironment': 'credential_failing',
  '403 Forbidden': 'credential_failing',
  '403 UnrelatedKeyIdInToken': renewing('connection', 'credential_failing'),
  '403 BadEnvironmentKeyIdInToken': renewing('connection', 'credential_failing'),
  // Seen instead of the documented spelling.
  '403 BadEnvironmentKeyInToken': renewing('connection', 'credential_failing'),
  '404 BadPath': 'rejected',
  '405 MethodNotAllowed': 'rejected',
  '410 Unregistered': 'token_dead',
  '410 ExpiredToken': 'token_dead',
  '413 PayloadTooLarge': 'rejected',
  // Too many to this one device.
  '429 TooManyRequests': throttledFor(10_000),
  // The token was renewed within 20 minutes; it is held from now on.
  '429 TooManyProviderTokenUpdates': throttledFor(60_000),
  '500 InternalServerError': 'retryable',
  '503 ServiceUnavailable': 'retryable',
  '503 Shutdown': renewing('connection', 'retryable'),
  '400 BadChannelId': 'rejected',
  '400 MissingChannelId': 'rejected',
  '400 MissingPushType': 'rejected',
  '400 BadRequestParams': 'rejected',
  '400 BadRequestPayload': 'rejected',
  '400 CannotCreateChannelConfig': 'rejected',
  '400 ChannelNotRegistered': 'rejected',
  '403 FeatureNotEnabled': 'credential_failing',
  '403 TopicMismatch': 'credential_failing',
};

/** The reasons of the table: every other is theirs to invent, and no reason of ours. */
const REASONS: ReadonlySet<string> = new Set(Object.keys(VERDICTS).map((key) => key.slice(4)));

function sendHealthOf({ status, reason }: ApnsReply): AnswerMeaning {
  const known = VERDICTS[`${status} ${reason}`];
  if (known !== undefined) return known;
  if (status === 410) return 'token_dead';
  if (status === 429) return throttledFor(10_000);
  return status >= 500 ? 'retryable' : 'rejected';
}

/** What to renew before the request is sent once more; undefined when the answer stands. */
export function renewalFor(reply: ApnsReply): Renewal | undefined {
  if (reply.status === 200) return undefined;
  const verdict = sendHealthOf(reply);
  return typeof verdict === 'object' && verdict.kind === 'renew' ? verdict.renewal : undefined;
}

/** What an outcome depends on besides the answer. */
export interface ApnsContext extends WaitLimits {
  /** `apns-id` of the request. */
  id: string;
  /** When the token was registered, epoch ms. */
  registeredAt: number;
}

/**
 * What an answer means once nothing is to be renewed any more. The reason is Apple's word where it is documented, else
 * `http_` and the status. A token registered after the moment a 410 speaks of lives: that delivery is `rejected` as
 * `unregistered_before_registration`, because the same answer would come again (APNs may lag by days).
 */
export function apnsOutcome(reply: ApnsReply, context: ApnsContext): Outcome {
  const { status, reason: word, timestamp } = reply;
  if (status < 400) return acceptance(reply, context);
  const reason = word !== undefined && REASONS.has(word) ? word : `http_${status}`;
  const verdict = sendHealthOf(reply);
  if (typeof verdict === 'object') {
    if (verdict.kind === 'renew') return { kind: verdict.otherwise, reason };
    return throttled(reply, context, { reason, waitMs: verdict.waitMs });
  }
  if (verdict === 'token_dead' && timestamp !== undefined && timestamp < context.registeredAt) {
    return { kind: 'rejected', reason: 'unregistered_before_registration' };
  }
  if (verdict === 'retryable' && status === 503) return throttled(reply, context, { reason, waitMs: undefined });
  return { kind: verdict, reason };
}

/** A yes is empty. Any other answer without an error is a proxy's or a portal's in between. */
const acceptance = ({ status, isEmpty }: ApnsReply, { id }: ApnsContext): Outcome =>
  status === 200 && isEmpty
    ? { kind: 'accepted', providerId: id }
    : { kind: 'retryable', reason: 'bad_response', detail: `http_${status}` };

/** Without a time that is asked for or usual it is only retryable. */
function throttled(
  { retryAfter }: ApnsReply,
  context: ApnsContext,
  { reason, waitMs }: { reason: string; waitMs: number | undefined },
): Outcome {
  const wait = waitAsked(retryAfter, context) ?? waitByDefault(waitMs);
  return wait === undefined ? { kind: 'retryable', reason } : { kind: 'throttled', ...wait, reason };
}
