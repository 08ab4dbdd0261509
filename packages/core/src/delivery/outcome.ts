/**
 * How one attempt to send ended, as reported by a provider adapter. A value, never an exception: a refusal by the
 * provider is an expected result. A provider's yes is `accepted`, not "delivered": no provider promises more.
 */
export type Outcome =
  /**
   * The provider took it. `providerId` is the provider's own message id, if it gives one. `otherEnvironment`: the token
   * turned out to belong to the other APNs environment than was known.
   */
  | { kind: 'accepted'; providerId?: string; otherEnvironment?: boolean }
  /** This token will never work again. */
  | { kind: 'token_dead'; reason: string; detail?: string }
  /**
   * Slow down: try again in `retryAfterMs`, without spending an attempt. `byDefault`: the answer named no time and this
   * is the usual wait, too long for a call.
   */
  | { kind: 'throttled'; retryAfterMs: number; byDefault?: true; reason: string; detail?: string }
  /** May work later; spends an attempt. */
  | { kind: 'retryable'; reason: string; detail?: string }
  /** The credential is refused, and so is every delivery that uses it until it is fixed. Spends no attempt. */
  | { kind: 'credential_failing'; reason: string; detail?: string }
  /** Nothing was sent: the push's `mayLeave` returned false just before its bytes were written. Spends no attempt. */
  | { kind: 'withheld'; reason: string; detail?: string }
  /** Our request is wrong and always will be: a dead letter. `disable` also switches the endpoint off (HTTP 410). */
  | { kind: 'rejected'; reason: string; detail?: string; disable?: boolean };

/**
 * The state of a delivery in the ledger. `pending`, `retrying` (it left its pack as a job of its own) and `held` (it
 * waits outside the queues for its endpoint or credential) are open; the others are terminal. The position in this list
 * is the number stored (four bits per delivery): never reorder.
 */
export const DELIVERY_STATES = [
  'pending',
  'retrying',
  'accepted',
  'token_dead',
  'rejected',
  'expired',
  'superseded',
  'held',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A state of a delivery that still has to be sent. */
export type OpenState = 'pending' | 'retrying' | 'held';

/** A state that a delivery keeps unless an operator replays it. */
export type SettledState = Exclude<DeliveryState, OpenState>;

/** Whether a delivery in this state still has to be sent. */
export const isOpen = (state: DeliveryState): state is OpenState =>
  state === 'pending' || state === 'retrying' || state === 'held';

/** Whether a delivery in this state needs a job: it is open, and not held outside the queues. */
export const needsJob = (state: DeliveryState): boolean => state === 'pending' || state === 'retrying';

/** Reasons of adapters for a request that got no answer. */
const UNANSWERED: ReadonlySet<string> = new Set([
  'connection_refused',
  'connection_reset',
  'connection_closed',
  'timeout',
  'dns_failure',
  'unreachable',
  'tls_error',
  'network_error',
]);

/** Whether a reason says that the provider did not answer. */
export const isUnanswered = (reason: string): boolean => UNANSWERED.has(reason);
