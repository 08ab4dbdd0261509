/**
 * How one attempt to send ended, in the words of a provider adapter. A value, never an exception: a refusal by the
 * other side is an expected result. A provider's yes is `accepted`, not "delivered": none of them promises more.
 */
export type Outcome =
  /** The provider took it. `providerId` is its own id of the message, when it gives one. */
  | { kind: 'accepted'; providerId?: string }
  /** This token will never work again. */
  | { kind: 'token_dead'; reason: string; detail?: string }
  /**
   * Slow down: try again in `retryAfterMs`, without spending an attempt. `byDefault`: the answer named no time, and this
   * is the usual one, which a call cannot wait for.
   */
  | { kind: 'throttled'; retryAfterMs: number; byDefault?: true; reason: string; detail?: string }
  /** May work later; spends an attempt. */
  | { kind: 'retryable'; reason: string; detail?: string }
  /** The credential is refused as a whole: no delivery of it will be taken until somebody mends it. Spends no attempt. */
  | { kind: 'credential_failing'; reason: string; detail?: string }
  /** Nothing left us: `mayLeave` of the push said no when its bytes were about to be written. Spends no attempt. */
  | { kind: 'withheld'; reason: string; detail?: string }
  /** Our request is wrong and will stay wrong: a dead letter. `disable` also switches the endpoint off (HTTP 410). */
  | { kind: 'rejected'; reason: string; detail?: string; disable?: boolean };

/**
 * Where a delivery stands in the ledger. `pending` and `retrying` (left its pack as a job of its own) are open, the
 * others are terminal. The position in this list is the number stored (four bits a delivery): never reorder.
 */
export const DELIVERY_STATES = [
  'pending',
  'retrying',
  'accepted',
  'token_dead',
  'rejected',
  'expired',
  'superseded',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A state in which a delivery stays, unless an operator replays it. */
export type SettledState = Exclude<DeliveryState, 'pending' | 'retrying'>;

/** Whether a delivery in this state still has to be sent. */
export const isOpen = (state: DeliveryState): state is 'pending' | 'retrying' =>
  state === 'pending' || state === 'retrying';

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
