import type { NotificationDetails } from './notification-details.ts';
import type { Outcome } from './outcome.ts';

/** The ways a notification can leave: the push services and the operator's own webhook. */
export const PROVIDER_KINDS = ['fcm', 'apns', 'custom'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** One notification for one target of one recipient: all that an adapter needs besides its credential. */
export interface Push {
  /** The same over all attempts, different for every delivery. */
  deliveryId: string;
  appId: string;
  region: string;
  /** The recipient. */
  uid: string;
  details: NotificationDetails;
  /** It must leave us before this moment (epoch ms); a wait asked for by the provider is clamped to it. */
  deadlineAt: number;
}

/**
 * The port every adapter implements. `send` makes one attempt, never retries by itself, always ends (each adapter has
 * a deadline of its own) and reports what happened as a value; it throws only on a bug.
 */
export interface Provider<Credential> {
  send(push: Push, credential: Credential): Promise<Outcome>;
  /** Closes the connections; sends in flight are given up. */
  close(): Promise<void>;
}

/** What the operator configured for the custom provider, decrypted. */
export interface CustomCredential {
  webhookURL: string;
  basicAuth?: { username: string; password: string };
  /** Standard Webhooks secrets (`whsec_…`), newest first; two while one is being rotated. Empty: unsigned. */
  signingSecrets: readonly string[];
}
