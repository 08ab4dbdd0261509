import type { ProviderKind } from '@fanfare/client';

/** The kinds of providers; `custom` is the webhook. */
export const PROVIDER_KINDS: readonly ProviderKind[] = ['fcm', 'apns', 'custom'];
