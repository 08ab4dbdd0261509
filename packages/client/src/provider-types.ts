import type { PushPlatform } from './enums.ts';

/** A push credential or the webhook as shown: without secrets, with what its kind adds. */
export interface Provider {
  providerId: string;
  /** FCM and APNs. */
  isDefault?: boolean;
  /** FCM and APNs: the push service rejects the credential, since `at` in epoch seconds. */
  failing?: { reason: string; at: number };
  /** FCM and APNs: push tokens in quarantine, if there are any. */
  quarantined?: number;
  /** FCM and APNs: so many answers report dead tokens that none is set aside, as of `at` in epoch seconds. */
  tokenGuard?: { dead: number; accepted: number; at: number };
  /** The webhook. */
  isEnabled?: boolean;
  webhookURL?: string;
  /** The webhook: why, and since when (epoch seconds), nothing is sent to it. */
  disabled?: { reason: string; at: number };
  [field: string]: unknown;
}

/** The fields of a provider to create or change; see `/openapi.json`. `providerId` only for FCM and APNs. */
export type ProviderInput = Record<string, unknown> & { providerId?: string };

/** A device that a test push goes to. */
export interface TestDevice {
  platform: PushPlatform;
  token: string;
}

/**
 * The target of a test push: a device, or the one of a user that registered last with the credential. `dryRun`: FCM
 * checks the push without delivering it.
 */
export type TestTarget = (TestDevice | { uid: string }) & { dryRun?: boolean };

/** The answer to a test push. */
export interface ProviderTestResult {
  outcome: 'accepted' | 'token_dead' | 'throttled' | 'retryable' | 'credential_failing' | 'withheld' | 'rejected';
  reason?: string;
  /** The provider's own words. */
  detail?: string;
  /** How long the attempt took. */
  durationMs?: number;
  /** What it means, and what to do. */
  message: string;
}
