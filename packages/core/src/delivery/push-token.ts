import { PLATFORMS, type Platform } from './device.ts';

/** How iOS code before iOS 13 prints a token: `<a1b2c3d4 e5f60718>`, the description of an NSData. */
const PRINTED = /[<>\s]/g;
const HEX = /^[0-9a-f]+$/i;

/**
 * The canonical form of a push token, in which it is stored and compared; idempotent. An APNs token is bytes, which
 * apps write as hex in either case: it becomes lower case without brackets and spaces. An FCM token is opaque and
 * case-sensitive: it stays unchanged, as does an APNs token that is not hex.
 * https://developer.apple.com/documentation/usernotifications/registering-your-app-with-apns
 */
export function canonicalToken(platform: Platform, token: string): string {
  if (PLATFORMS[platform].provider !== 'apns') return token;
  const hex = token.replace(PRINTED, '');
  return HEX.test(hex) ? hex.toLowerCase() : token;
}
