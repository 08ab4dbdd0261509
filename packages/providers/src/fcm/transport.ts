import type { FcmCredential, Outcome } from '@fanfare/core';
import type { FcmReply } from './outcome.ts';

/** One message, with its service account and project. */
export interface FcmRequest {
  /** The JSON of `messages:send`. */
  body: Buffer | string;
  account: FcmCredential['serviceAccount'];
  /** FCM is only to check it. */
  isDryRun: boolean;
  /** Called right before it is written; false: it is not written. */
  mayLeave: (() => boolean) | undefined;
}

/** The result of one request: an answer, or why there is no complete one. */
export type FcmSent = { kind: 'answered'; reply: FcmReply } | { kind: 'failed'; outcome: Outcome };

/** Carries a message to FCM. Sends once, never retries, always ends. */
export interface FcmTransport {
  post(request: FcmRequest, accessToken: string): Promise<FcmSent>;
  close(): Promise<void>;
}
