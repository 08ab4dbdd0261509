import { createPrivateKey } from 'node:crypto';
import type { FcmCredential } from '@fanfare/core';
import { cert, type ServiceAccount } from 'firebase-admin/app';
import { type Parsed, refused } from '../wire/parsed.ts';

/** The fields we use of a service account's JSON. */
type ServiceAccountFields = FcmCredential['serviceAccount'];

/** Google's token endpoints, the present one first: https://developers.google.com/identity/protocols/oauth2/service-account */
const GOOGLE_TOKEN_URIS: ReadonlySet<string> = new Set([
  'https://oauth2.googleapis.com/token',
  'https://accounts.google.com/o/oauth2/token',
  'https://www.googleapis.com/oauth2/v4/token',
]);

/** https://cloud.google.com/resource-manager/docs/creating-managing-projects ; older ones carry a domain in front. */
const PROJECT_ID = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** What widens the rules. */
export interface ServiceAccountRules {
  /** FCM_ENDPOINT, when configured: its origin may also give out access tokens. */
  fcmEndpoint?: string | undefined;
}

/**
 * Why access tokens may not be fetched from there, or undefined when they may: the assertion we send is worth a token,
 * and the host would be called from inside our network.
 */
export function tokenUriProblem(tokenUri: string, { fcmEndpoint }: ServiceAccountRules): string | undefined {
  if (GOOGLE_TOKEN_URIS.has(tokenUri)) return undefined;
  const own = fcmEndpoint === undefined ? undefined : new URL(fcmEndpoint).origin;
  if (own !== undefined && URL.canParse(tokenUri) && new URL(tokenUri).origin === own) return undefined;
  return "must be Google's, https://oauth2.googleapis.com/token";
}

/**
 * Reads the JSON of a service account, parsed. Names the first field that is wrong, without its value; keeps only what
 * we use. The private key must be RSA, since Google takes assertions signed with RS256 only.
 */
export function parseServiceAccount(json: unknown, rules: ServiceAccountRules = {}): Parsed<ServiceAccountFields> {
  if (typeof json !== 'object' || json === null) return refused('serviceAccount', 'must be a JSON object');
  const fields = json as Record<string, unknown>;
  if (fields.type !== 'service_account') return refused('type', 'must be "service_account"');
  const { token_uri = 'https://oauth2.googleapis.com/token', private_key_id = '' } = fields;
  const candidate = { ...fields, token_uri, private_key_id } as ServiceAccountFields;
  const wrong = Object.entries(CHECKS).find(([field, fits]) => !fits(candidate[field as keyof ServiceAccountFields]));
  if (wrong !== undefined) return refused(wrong[0], PROBLEMS[wrong[0] as keyof typeof PROBLEMS]);
  const uriProblem = tokenUriProblem(candidate.token_uri, rules);
  if (uriProblem !== undefined) return refused('token_uri', uriProblem);
  const { project_id, client_email, private_key } = candidate;
  const value = {
    project_id,
    client_email,
    private_key,
    private_key_id: candidate.private_key_id,
    token_uri: candidate.token_uri,
  };
  return acceptedByFirebase(value) ? { ok: true, value } : refused('serviceAccount', 'is refused by the Firebase SDK');
}

const isString = (value: unknown): value is string => typeof value === 'string';

const CHECKS: Record<keyof ServiceAccountFields, (value: unknown) => boolean> = {
  project_id: (value) => isString(value) && PROJECT_ID.test(value),
  client_email: (value) => isString(value) && EMAIL.test(value),
  private_key: (value) => isString(value) && isRsaKey(value),
  private_key_id: isString,
  token_uri: isString,
};

const PROBLEMS: Record<keyof ServiceAccountFields, string> = {
  project_id: 'must be the id of a Google Cloud project',
  client_email: 'must be the e-mail address of the service account',
  private_key: 'must be the PEM of an RSA private key',
  private_key_id: 'must be a string',
  token_uri: 'must be a string',
};

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function acceptedByFirebase(serviceAccount: ServiceAccountFields): boolean {
  try {
    cert(serviceAccount as ServiceAccount);
    return true;
  } catch {
    return false;
  }
}
