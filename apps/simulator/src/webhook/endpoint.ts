import type { Shown } from '../recording/recorder.ts';
import type { StoredRequest } from '../recording/request-log.ts';
import type { Totals } from '../recording/tally.ts';
import type { EndpointConfig } from './endpoint-config.ts';

/** A POST to an endpoint as it is remembered. */
export interface StoredWebhook extends StoredRequest {
  /** The recipient, of a request that passed the checks. */
  uid: string | undefined;
}

/** A request as it is shown: what is remembered, with the body parsed. */
export type RecordedRequest = Shown<StoredWebhook>;

export interface RequestQuery {
  /** Only those for this recipient, of requests that passed the checks. */
  uid?: string | undefined;
  /** Only those with a higher sequence number; 0 by default. */
  after?: number | undefined;
  /** At most so many; all by default. */
  limit?: number | undefined;
}

/** Exact, whatever was forgotten, save for what `forgotten` says. A delivery is a uid, tag and sentAt. */
export interface Counts extends Totals {
  /** Recipients, of requests that passed the checks; too many when some were forgotten. */
  uids: number;
  /** What no longer fits into memory. */
  forgotten: { requests: number; uids: number; deliveries: number };
  /** Requests per recipient, of those that passed the checks, when asked for. */
  byUid?: Record<string, number>;
}

/** One receiver, by name, as tests and the control API handle it. */
export interface Endpoint {
  readonly name: string;
  /**
   * Sets what it demands and how it answers, in place of what was set before; every uid starts at the first step.
   *
   * @throws FanfareError ERR_BAD_REQUEST naming the field.
   */
  configure(config: EndpointConfig): void;
  /** What came and is still remembered, oldest first. */
  requests(query?: RequestQuery): RecordedRequest[];
  counts(options?: { byUid?: boolean }): Counts;
  /** Forgets requests, counts and configuration, as if it had never been used. Listeners stay. */
  clear(): void;
  /**
   * Calls `listener` with every request once it is known how it ended. Returns what takes the listener away. What it
   * throws is logged and changes no answer.
   */
  onRequest(listener: (request: RecordedRequest) => void): () => void;
}
