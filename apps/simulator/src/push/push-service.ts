import type { Shown } from '../recording/recorder.ts';
import type { StoredRequest } from '../recording/request-log.ts';
import type { Totals } from '../recording/tally.ts';
import type { Faults } from './faults.ts';

/** A request to FCM or APNs as it is remembered. */
export interface StoredPush extends StoredRequest {
  path: string;
  http2: boolean;
  /** The push token, when the request has one. */
  token: string | undefined;
  /** The service's word for a refusal: FCM's error code or status, APNs' reason. */
  reason: string | undefined;
}

/** A request as it is shown: what is remembered, with the body parsed. */
export type RecordedPush = Shown<StoredPush>;

export interface PushQuery {
  token?: string | undefined;
  /** Only those with a higher sequence number; 0 by default. */
  after?: number | undefined;
  /** At most so many; all by default. */
  limit?: number | undefined;
}

/**
 * Exact, whatever was forgotten, save for what `forgotten` says. A delivery is a token and what makes its pushes one
 * on the device: APNs' `apns-id`, else the collapse id, key or tag, with the `sentAt` of the data where there is one.
 */
export interface PushCounts extends Totals {
  /** How often each reason was given. */
  reasons: Record<string, number>;
  /** Too many when some were forgotten. */
  tokens: number;
  /** What no longer fits into memory. */
  forgotten: { requests: number; tokens: number; deliveries: number };
  /** Requests per token, when asked for. */
  byToken?: Record<string, number>;
}

/** A simulated push service as tests and the control API handle it. */
export interface PushService {
  /** What came and is still remembered, oldest first. */
  requests(query?: PushQuery): RecordedPush[];
  counts(options?: { byToken?: boolean }): PushCounts;
  /**
   * Sets what is done to every request, in place of what was set before.
   *
   * @throws FanfareError ERR_BAD_REQUEST naming the field.
   */
  setFaults(faults: Faults): void;
  /**
   * Forgets requests, counts, faults and how often each token was served. Listeners, keys, access tokens and
   * connections stay.
   */
  clear(): void;
  /**
   * Calls `listener` with every request once it is known how it ended. Returns what takes the listener away. What it
   * throws is logged and changes no answer.
   */
  onRequest(listener: (request: RecordedPush) => void): () => void;
}
