/** The channels of a notification: the push services and the operator's own webhook. */
export const PROVIDER_KINDS = ['fcm', 'apns', 'custom'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];
