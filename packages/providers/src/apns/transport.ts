import type { ApnsCredential, Outcome } from '@fanfare/core';
import { parseObject, stringIn } from '../wire/json.ts';
import type { ApnsReply, Renewal } from './outcome.ts';
import type { ApnsNotification } from './payload.ts';

/** The result of one request. */
export type ApnsSent =
  /** `renew` prepares for one more request; false when that is not possible. */
  | { kind: 'answered'; reply: ApnsReply; renew(what: Renewal): Promise<boolean> }
  /** There was no complete answer. */
  | { kind: 'failed'; outcome: Outcome };

/** Carries a notification to APNs. Sends once, never retries, always ends. */
export interface ApnsTransport {
  post(notification: ApnsNotification, request: ApnsRequest): Promise<ApnsSent>;
  close(): Promise<void>;
}

/** Who a notification is for, and its authorization. */
export interface ApnsRequest {
  token: string;
  credential: ApnsCredential;
  environment: keyof ApnsOrigins;
  /** Called right before it is written; false: it is not written. */
  mayLeave: (() => boolean) | undefined;
}

/** The endpoints of the two environments: `https://host[:port]`. */
export interface ApnsOrigins {
  production: string;
  sandbox: string;
}

/** The members of an error body that we read. https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
export function readBody(body: string): Pick<ApnsReply, 'reason' | 'timestamp' | 'isEmpty'> {
  const json = parseObject(body);
  const timestamp = json?.timestamp;
  return {
    reason: stringIn(json, 'reason'),
    timestamp: typeof timestamp === 'number' ? timestamp : undefined,
    isEmpty: body === '',
  };
}
