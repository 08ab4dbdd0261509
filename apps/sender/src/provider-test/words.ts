import type { Outcome, ProviderKind } from '@fanfare/core';

/** What a test was made with. */
export interface Tested {
  provider: ProviderKind;
  /** Whether there was a real device; else only the credential was tried. */
  hasDevice: boolean;
  /** Whether the push to the device was only checked. */
  isDryRun?: boolean | undefined;
  /** The topic of an APNs credential. */
  bundleId?: string | undefined;
}

type Words = (tested: Tested) => string;

/** What an operator should do about a reason. Reasons are those of the error tables in packages/providers. */
const BY_REASON: Readonly<Record<string, Words>> = {
  secret_unreadable: () => 'No master key of the senders decrypts the secret: send it again, or configure the key.',
  bad_token_uri: () => 'The token_uri of the service account is not one of Google: download the key file again.',
  oauth_invalid_grant: () => 'Google refuses the service account: its key was deleted, or the clock is wrong.',
  oauth_http_403: () => 'Google refuses the service account: it is disabled, or lacks the permission.',
  UNAUTHENTICATED: () => 'FCM refuses the access token of the service account: the key may have been deleted.',
  PERMISSION_DENIED: () => 'The service account is valid but may not send: enable the FCM API and grant the role.',
  NOT_FOUND: () => 'The service account is valid but FCM does not know its project.',
  THIRD_PARTY_AUTH_ERROR: () => 'FCM has no valid APNs or Web Push key for the project: upload one in Firebase.',
  InvalidProviderToken: () => 'Apple does not know the key: check keyId, teamId and the .p8 file.',
  ExpiredProviderToken: () => 'Apple calls the token expired: the clock of the senders is wrong.',
  TopicDisallowed: ({ bundleId }) => `The key is valid but not allowed for topic ${bundleId}.`,
  BadTopic: ({ bundleId }) => `The key is valid but Apple does not know topic ${bundleId}: check the bundleId.`,
  BadEnvironmentKeyIdInToken: () => 'The key is for the other APNs environment: change productionMode.',
  BadEnvironmentKeyInToken: () => 'The key is for the other APNs environment: change productionMode.',
  Forbidden: () => 'Apple refuses the key: it may have been revoked.',
  DeviceTokenNotForTopic: ({ bundleId }) => `The key is valid, but the token belongs to another app than ${bundleId}.`,
  SENDER_ID_MISMATCH: () => 'The service account is valid, but the token belongs to another Firebase project.',
  unsafe_address: () => 'The URL leads to an address that webhooks may not reach. Nothing was sent.',
  connection_refused: () => 'Nothing listens at the address of the endpoint: check the URL, and that it runs.',
  timeout: () => 'The endpoint did not answer in time.',
  dns_failure: () => 'The name of the endpoint cannot be resolved.',
  tls_error: () => 'The certificate of the endpoint is not trusted, or has expired.',
  http_401: () => 'The endpoint refuses the credentials: check user name, password and signing secret.',
  http_403: () => 'The endpoint refuses the credentials: check user name, password and signing secret.',
  http_404: () => 'The endpoint has nothing at this path: check the URL.',
  http_410: () => 'The endpoint says that it is gone for good.',
};

const ACCEPTED: Words = ({ provider, hasDevice, isDryRun }) => {
  if (provider === 'custom') return 'The endpoint accepted the test.';
  if (hasDevice && isDryRun) return 'FCM would deliver the test push to this token. Nothing was sent.';
  return hasDevice ? 'The push service accepted the test push.' : 'The credential is valid.';
};

/** The result of a test push in words a person can act on. */
export function wordsFor(outcome: Outcome, tested: Tested): string {
  if (outcome.kind === 'accepted') return ACCEPTED(tested);
  // The made-up token is refused as such by a service that has accepted the credential.
  if (outcome.kind === 'token_dead' && !tested.hasDevice) return 'The credential is valid.';
  const known = BY_REASON[outcome.reason]?.(tested);
  if (known !== undefined) return known;
  switch (outcome.kind) {
    case 'token_dead':
      return `The credential is valid, but the token is not: ${outcome.reason}.`;
    case 'credential_failing':
      return `The push service refuses the credential: ${outcome.reason}.`;
    case 'throttled':
      return `It asks to slow down (${outcome.reason}): try again later.`;
    case 'rejected':
      return `It refuses the request: ${outcome.reason}.`;
    default:
      return `It gave no usable answer (${outcome.reason}): try again.`;
  }
}
