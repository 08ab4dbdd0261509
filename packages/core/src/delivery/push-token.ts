import { PLATFORMS, type Platform } from './device.ts';

/** What iOS code before iOS 13 prints in a token: `<a1b2c3d4 e5f60718>`, the description of an NSData. */
const PRINTED = /[<>\s]/g;
const HEX = /^[0-9a-f]+$/i;

/**
 * The one spelling of a push token, by which it is stored and compared; applying it twice changes nothing. An APNs
 * token is bytes, which apps write as hex in either case, so it becomes lower case without brackets and spaces. An FCM
 * token is opaque and case-sensitive, so it stays as it is, as does an APNs token that is not hex.
 * https://developer.apple.com/documentation/usernotifications/registering-your-app-with-apns
 */
export function canonicalToken(platform: Platform, token: string): string {
  if (PLATFORMS[platform].provider !== 'apns') return token;
  const hex = token.replace(PRINTED, '');
  return HEX.test(hex) ? hex.toLowerCase() : token;
}
