import type { FcmCredential, Outcome } from '@fanfare/core';
import type { TokenMessage } from 'firebase-admin/messaging';
import type { FcmReply } from './outcome.ts';

/** One message, by which service account of which project, with which access token. */
export interface FcmRequest {
  message: TokenMessage;
  account: FcmCredential['serviceAccount'];
  accessToken: string;
  /** Asked right before it is written; false: it is not. */
  mayLeave: (() => boolean) | undefined;
}

/** What came of one request: an answer, or why there is no complete one. */
export type FcmSent = { kind: 'answered'; reply: FcmReply } | { kind: 'failed'; outcome: Outcome };

/** What carries a message to FCM. Sends once, never retries, always ends. */
export interface FcmTransport {
  post(request: FcmRequest): Promise<FcmSent>;
  close(): Promise<void>;
}
