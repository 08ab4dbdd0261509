import type { Shown } from '../recording/recorder.ts';
import type { StoredRequest } from '../recording/request-log.ts';
import type { Totals } from '../recording/tally.ts';
import type { EndpointConfig } from './endpoint-config.ts';

/** A recorded POST to an endpoint. */
export interface StoredWebhook extends StoredRequest {
  /** The recipient, if the request passed the checks. */
  uid: string | undefined;
}

/** A request as returned: the record with the body parsed. */
export type RecordedRequest = Shown<StoredWebhook>;

export interface RequestQuery {
  /** Only requests for this recipient that passed the checks. */
  uid?: string | undefined;
  /** Only requests with a higher sequence number; default 0. */
  after?: number | undefined;
  /** The maximum number; default: all. */
  limit?: number | undefined;
}

/** Exact even after requests are forgotten, except as `forgotten` says. A delivery is a uid, tag and sentAt. */
export interface Counts extends Totals {
  /** Recipients of requests that passed the checks; too high if some were forgotten. */
  uids: number;
  /** What no longer fitted into memory. */
  forgotten: { requests: number; uids: number; deliveries: number };
  /** Requests per recipient that passed the checks, on request. */
  byUid?: Record<string, number>;
}

/** A named receiver, as tests and the control API use it. */
export interface Endpoint {
  readonly name: string;
  /**
   * Sets its checks and answers, replacing earlier ones; every uid starts at the first step.
   *
   * @throws FanfareError ERR_BAD_REQUEST naming the field.
   */
  configure(config: EndpointConfig): void;
  /** The recorded requests, oldest first. */
  requests(query?: RequestQuery): RecordedRequest[];
  counts(options?: { byUid?: boolean }): Counts;
  /** Clears requests, counts and configuration. Listeners stay. */
  clear(): void;
  /**
   * Calls `listener` with every request once its end is known. Returns a function that removes the listener. An error
   * it throws is logged and changes no answer.
   */
  onRequest(listener: (request: RecordedRequest) => void): () => void;
}
