export { type ApnsProviderOptions, createApnsProvider } from './apns/client.ts';
export { type ApnsIdentity, parseApnsIdentity, parseP8 } from './apns/credential.ts';
export { apnsHeaders } from './apns/http2-transport.ts';
export { renderApns } from './apns/payload.ts';
export { parseCidrs } from './custom/addresses.ts';
export { type CustomProviderOptions, createCustomProvider } from './custom/client.ts';
export { type AddressPolicy, webhookUrlProblem } from './custom/guard.ts';
export { parsePorts } from './custom/ports.ts';
export { signingSecretProblem } from './custom/sign.ts';
export { createFcmProvider, type FcmProviderOptions } from './fcm/client.ts';
export { parseServiceAccount, type ServiceAccountRules } from './fcm/credential.ts';
export { renderFcm, wireMessage } from './fcm/message.ts';
export type { ConnectionEvent } from './http2/connection-events.ts';
export { type Http2Client, type PoolTuning, poolFactory } from './http2/create.ts';
export {
  createMembershipSource,
  type MembershipEndpoint,
  type MembershipPage,
  type MembershipSource,
  type MembershipSourceOptions,
} from './membership/source.ts';
export type { Resolve } from './tcp/dial.ts';
export { lastPlaces, mayTake } from './wire/fair-share.ts';
export { OriginPlaces } from './wire/origin-places.ts';
export type { Parsed } from './wire/parsed.ts';
export type { UndocumentedAnswer } from './wire/undocumented.ts';
