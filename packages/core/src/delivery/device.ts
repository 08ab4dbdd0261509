import type { ProviderKind } from './provider-kind.ts';

/** What a push token is for: FCM has one kind, APNs one for alerts and one for calls (PushKit). */
export type TokenKind = 'fcm' | 'device' | 'voip';

/** The operating system that shows the notification: FCM options and payloads differ by it. */
export type DeviceOs = 'android' | 'ios' | 'web';

interface PlatformFacts {
  provider: Exclude<ProviderKind, 'custom'>;
  kind: TokenKind;
  os: DeviceOs;
}

const fcm = (os: DeviceOs): PlatformFacts => ({ provider: 'fcm', kind: 'fcm', os });
const apns = (kind: 'device' | 'voip'): PlatformFacts => ({ provider: 'apns', kind, os: 'ios' });

/**
 * The platforms a token can be registered for (docs/rules/cometchat.md#platforms), and their push service, kind and OS.
 */
export const PLATFORMS = {
  fcm_android: fcm('android'),
  fcm_ios: fcm('ios'),
  fcm_web: fcm('web'),
  fcm_flutter_android: fcm('android'),
  fcm_flutter_ios: fcm('ios'),
  fcm_react_native_android: fcm('android'),
  fcm_react_native_ios: fcm('ios'),
  fcm_ionic_cordova_android: fcm('android'),
  fcm_ionic_cordova_ios: fcm('ios'),
  apns_ios_device: apns('device'),
  apns_ios_voip: apns('voip'),
  apns_flutter_device: apns('device'),
  apns_flutter_voip: apns('voip'),
  apns_react_native_device: apns('device'),
  apns_react_native_voip: apns('voip'),
  apns_ionic_cordova_device: apns('device'),
  apns_ionic_cordova_voip: apns('voip'),
} as const satisfies Record<string, PlatformFacts>;
export type Platform = keyof typeof PLATFORMS;

/** The push service that issues a platform's tokens. */
export const providerKindOf = (platform: Platform): 'fcm' | 'apns' => PLATFORMS[platform].provider;

/** One push token of one user, as a sender needs it. */
export interface DeviceToken {
  token: string;
  platform: Platform;
  /**
   * When it was registered or last refreshed, epoch ms. An older report that the token is dead does not apply to it.
   */
  registeredAt: number;
  /** Whether it belongs to the other APNs environment than its credential says. */
  otherEnvironment?: boolean | undefined;
}
