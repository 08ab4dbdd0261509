import type { Outcome } from '@fanfare/core';
import { type WaitLimits, waitAsked, waitByDefault } from '../wire/retry-after.ts';

/** APNs' answer, over any transport. */
export interface ApnsReply {
  status: number;
  /** From the JSON body; undefined when there is none. */
  reason: string | undefined;
  /** With 410: when (epoch ms) the token was found to be dead. */
  timestamp: number | undefined;
  retryAfter: string | undefined;
  /** Whether the body is empty. */
  isEmpty: boolean;
}

/** What must be renewed before the same request is sent again. */
export type Renewal = 'token' | 'connection';

type AnswerMeaning =
  | 'token_dead'
  | 'credential_failing'
  | 'rejected'
  | 'retryable'
  /** Throttled for the given time, or that of Retry-After. */
  | { kind: 'throttled'; waitMs: number }
  /** Send the same request again at once; if that fails in the same way, `otherwise`. */
  | { kind: 'renew'; renewal: Renewal; otherwise: 'credential_failing' | 'retryable' };

const throttledFor = (waitMs: number): AnswerMeaning => ({ kind: 'throttled', waitMs });
const renewing = (renewal: Renewal, otherwise: 'credential_failing' | 'retryable'): AnswerMeaning => ({
  kind: 'renew',
  renewal,
  otherwise,
});

/**
 * Every documented reason, prefixed with its status.
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 * and, for channels and broadcasts (which we never send),
 * https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns-broadcast
 */
const MEANINGS: Readonly<Record<string, AnswerMeaning>> = {
  // Means also a token of the other environment, which is tried then.
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
  // Too many to this device.
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

/** The reasons in the table. Any other is free text from outside, and not used as a reason. */
const REASONS: ReadonlySet<string> = new Set(Object.keys(MEANINGS).map((key) => key.slice(4)));

function sendHealthOf({ status, reason }: ApnsReply): AnswerMeaning {
  const known = MEANINGS[`${status} ${reason}`];
  if (known !== undefined) return known;
  if (status === 410) return 'token_dead';
  if (status === 429) return throttledFor(10_000);
  return status >= 500 ? 'retryable' : 'rejected';
}

/** Whether Apple documents this answer; any other is classified by its status. */
export const isDocumented = ({ status, reason }: ApnsReply): boolean =>
  status < 400 || MEANINGS[`${status} ${reason}`] !== undefined;

/** What to renew before the request is sent again; undefined when the answer is final. */
export function renewalFor(reply: ApnsReply): Renewal | undefined {
  if (reply.status === 200) return undefined;
  const meaning = sendHealthOf(reply);
  return typeof meaning === 'object' && meaning.kind === 'renew' ? meaning.renewal : undefined;
}

/** What an outcome depends on, besides the answer. */
export interface ApnsContext extends WaitLimits {
  /** `apns-id` of the request. */
  id: string;
  /** When the token was registered, epoch ms. */
  registeredAt: number;
}

/**
 * The outcome of an answer when nothing is left to renew. The reason is Apple's if documented, else `http_` and the
 * status. A token registered after the time in a 410 is alive: that delivery is tried again, as
 * `unregistered_before_registration`.
 */
export function apnsOutcome(reply: ApnsReply, context: ApnsContext): Outcome {
  const { status, reason: word, timestamp } = reply;
  if (status < 400) return acceptance(reply, context);
  const reason = word !== undefined && REASONS.has(word) ? word : `http_${status}`;
  const meaning = sendHealthOf(reply);
  if (typeof meaning === 'object') {
    if (meaning.kind === 'renew') return { kind: meaning.otherwise, reason };
    return throttled(reply, context, { reason, waitMs: meaning.waitMs });
  }
  if (meaning === 'token_dead' && timestamp !== undefined && timestamp < context.registeredAt) {
    return { kind: 'retryable', reason: 'unregistered_before_registration' };
  }
  if (meaning === 'retryable' && status === 503) return throttled(reply, context, { reason, waitMs: undefined });
  return { kind: meaning, reason };
}

/** A yes is empty. Any other answer without an error comes from a proxy or a portal in between. */
const acceptance = ({ status, isEmpty }: ApnsReply, { id }: ApnsContext): Outcome =>
  status === 200 && isEmpty
    ? { kind: 'accepted', providerId: id }
    : { kind: 'retryable', reason: 'bad_response', detail: `http_${status}` };

/** Without a requested or usual wait it is only retryable. */
function throttled(
  { retryAfter }: ApnsReply,
  context: ApnsContext,
  { reason, waitMs }: { reason: string; waitMs: number | undefined },
): Outcome {
  const wait = waitAsked(retryAfter, context) ?? waitByDefault(waitMs);
  return wait === undefined ? { kind: 'retryable', reason } : { kind: 'throttled', ...wait, reason };
}
