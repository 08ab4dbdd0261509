import type { Provider, ProviderKind } from '@fanfare/client';

/** A service account of Firebase, without its secret. */
export type FcmCredential = Provider & { projectId?: string; clientEmail?: string; serviceAccountFilename?: string };

/** A key of APNs, without its secret. */
export type ApnsCredential = Provider & {
  keyId?: string;
  teamId?: string;
  bundleId?: string;
  productionMode?: boolean;
};

/** The webhook, without its secrets. */
export type Webhook = Provider & {
  isEnabled: boolean;
  webhookURL: string;
  useBasicAuth: boolean;
  basicAuthUsername?: string;
  signed: boolean;
};

/** All providers of an app. */
export interface Providers {
  fcm: FcmCredential[];
  apns: ApnsCredential[];
  custom: Webhook[];
}

/** Reports of dead tokens that are not believed. */
export interface TokenGuard {
  dead: number;
  accepted: number;
}

/** Where what can be done with a credential is. */
export const providerPath = (kind: ProviderKind, rest: string): string =>
  `/v3/notifications/push/v1/providers/${kind}${rest}`;
