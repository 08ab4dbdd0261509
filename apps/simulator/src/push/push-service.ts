import type { Shown } from '../recording/recorder.ts';
import type { StoredRequest } from '../recording/request-log.ts';
import type { Totals } from '../recording/tally.ts';
import type { Faults } from './faults.ts';

/** A recorded request to FCM or APNs. */
export interface StoredPush extends StoredRequest {
  path: string;
  http2: boolean;
  /** The push token, if the request has one. */
  token: string | undefined;
  /** The service's code for a refusal: FCM's error code or status, APNs' reason. */
  reason: string | undefined;
}

/** A request as returned: the record with the body parsed. */
export type RecordedPush = Shown<StoredPush>;

export interface PushQuery {
  token?: string | undefined;
  /** Only requests with a higher sequence number; default 0. */
  after?: number | undefined;
  /** The maximum number; default: all. */
  limit?: number | undefined;
}

/**
 * Exact even after old requests are forgotten, except as `forgotten` says. A delivery is a token plus what identifies
 * its pushes on the device: APNs' `apns-id`, else the collapse id, key or tag, with the `sentAt` of the data if there
 * is one.
 */
export interface PushCounts extends Totals {
  /** The number of answers with each reason. */
  reasons: Record<string, number>;
  /** Too high if some were forgotten. */
  tokens: number;
  /** Answers with which a connection ended. */
  goAways: number;
  /** What no longer fitted into memory. */
  forgotten: { requests: number; tokens: number; deliveries: number };
  /** Requests per token, on request. */
  byToken?: Record<string, number>;
}

/** A simulated push service, as tests and the control API use it. */
export interface PushService {
  /** The recorded requests, oldest first. */
  requests(query?: PushQuery): RecordedPush[];
  counts(options?: { byToken?: boolean }): PushCounts;
  /**
   * Sets the faults of every request, replacing earlier ones.
   *
   * @throws FanfareError ERR_BAD_REQUEST naming the field.
   */
  setFaults(faults: Faults): void;
  /**
   * Clears requests, counts, faults and the progress of each token. Listeners, keys, access tokens and connections
   * stay.
   */
  clear(): void;
  /**
   * Calls `listener` with every request once its end is known. Returns a function that removes the listener. An error
   * it throws is logged and changes no answer.
   */
  onRequest(listener: (request: RecordedPush) => void): () => void;
}
