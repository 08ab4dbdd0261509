import type { Lane, ProviderKind } from '@fanfare/client';

export const PROVIDER_NAMES: Record<ProviderKind, string> = { fcm: 'FCM', apns: 'APNs', custom: 'Webhook' };
export const PROVIDERS: readonly ProviderKind[] = ['fcm', 'apns', 'custom'];

export const LANES: readonly Lane[] = ['call', 'chat', 'bulk'];
export const LANE_NAMES: Record<Lane, string> = { call: 'Calls', chat: 'Chat', bulk: 'Bulk' };

/** What a platform says besides where it is: the framework of the app, and that APNs is on iOS. */
const FRAMEWORK = /_(?:flutter|react_native|ionic_cordova)(?=_)|(?<=^apns)_ios/;
const PLATFORM_NAMES: Record<string, string> = {
  fcm_android: 'Android',
  fcm_ios: 'iOS through FCM',
  fcm_web: 'Web',
  apns_device: 'iPhone',
  apns_voip: 'iPhone, VoIP',
};

/** Where a delivery goes, in words: a device's platform, or the webhook. */
export function targetName({ provider, platform }: { provider?: ProviderKind; platform?: string }): string {
  if (platform !== undefined) return PLATFORM_NAMES[platform.replace(FRAMEWORK, '')] ?? platform.replaceAll('_', ' ');
  return provider === undefined ? '–' : PROVIDER_NAMES[provider];
}
