import type { FcmCredential } from '@fanfare/core';
import { cert, type ServiceAccount } from 'firebase-admin/app';
import { type Parsed, refused } from '../wire/parsed.ts';
import { pastedObject, pemProblem, privateKeyIn } from '../wire/pasted.ts';
import { secretDigest } from '../wire/secret-digest.ts';

/** The fields we use of a service account's JSON. */
type ServiceAccountFields = FcmCredential['serviceAccount'];

/**
 * Google's token endpoints, the current one first:
 * https://developers.google.com/identity/protocols/oauth2/service-account
 */
const GOOGLE_TOKEN_URIS: ReadonlySet<string> = new Set([
  'https://oauth2.googleapis.com/token',
  'https://accounts.google.com/o/oauth2/token',
  'https://www.googleapis.com/oauth2/v4/token',
]);

/**
 * https://cloud.google.com/resource-manager/docs/creating-managing-projects ; older ones are prefixed with a domain.
 */
const PROJECT_ID = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** Exceptions from the rules. */
export interface ServiceAccountRules {
  /** FCM_ENDPOINT, when configured: its origin may also issue access tokens. */
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
 * Reads the JSON of a service account, parsed or as pasted text; its `type` may be missing, as in CometChat's API.
 * Names the first field that is wrong, without its value; keeps only what we use. The private key must be RSA, since
 * Google only accepts assertions signed with RS256.
 */
export function parseServiceAccount(given: unknown, rules: ServiceAccountRules = {}): Parsed<ServiceAccountFields> {
  const json = typeof given === 'string' ? pastedObject(given) : given;
  if (typeof json !== 'object' || json === null) {
    return refused('serviceAccount', 'must be a JSON object, or its text as in the file');
  }
  const fields = json as Record<string, unknown>;
  const { type = 'service_account', token_uri = 'https://oauth2.googleapis.com/token', private_key_id = '' } = fields;
  if (type !== 'service_account') return refused('type', 'must be "service_account"');
  const candidate = { ...fields, token_uri, private_key_id } as ServiceAccountFields;
  for (const [field, problemOf] of Object.entries(PROBLEMS)) {
    const problem = problemOf(candidate[field as keyof ServiceAccountFields], rules);
    if (problem !== undefined) return refused(field, problem);
  }
  const { project_id, client_email, private_key } = candidate;
  const value = {
    project_id,
    client_email,
    private_key: privateKeyIn(private_key)?.pem ?? private_key,
    private_key_id: candidate.private_key_id,
    token_uri: candidate.token_uri,
  };
  return acceptedByFirebase(value) ? { ok: true, value } : refused('serviceAccount', 'is refused by the Firebase SDK');
}

const isString = (value: unknown): value is string => typeof value === 'string';

/** A rule for a text, and the message when it is violated. */
const must =
  (problem: string, fits: (value: string) => boolean = () => true) =>
  (value: unknown): string | undefined =>
    isString(value) && fits(value) ? undefined : problem;

const PROBLEMS: Record<keyof ServiceAccountFields, (value: unknown, rules: ServiceAccountRules) => string | undefined> =
  {
    project_id: must('must be the id of a Google Cloud project', (id) => PROJECT_ID.test(id)),
    client_email: must('must be the e-mail address of the service account', (email) => EMAIL.test(email)),
    private_key: (value) => (isString(value) ? privateKeyProblem(value) : NO_RSA_KEY),
    private_key_id: must('must be a string'),
    token_uri: (value, rules) => (isString(value) ? tokenUriProblem(value, rules) : 'must be a string'),
  };

const NO_RSA_KEY = 'must be the PEM of an RSA private key';

function privateKeyProblem(text: string): string | undefined {
  const found = privateKeyIn(text);
  if (!found) return pemProblem(text);
  return found.key.asymmetricKeyType === 'rsa' ? undefined : NO_RSA_KEY;
}

function acceptedByFirebase(serviceAccount: ServiceAccountFields): boolean {
  try {
    cert(serviceAccount as ServiceAccount);
    return true;
  } catch {
    return false;
  }
}

/** Identifies a service account in memory by its entire content: a changed key is another account. */
export const accountDigest = (account: ServiceAccountFields): string =>
  secretDigest(account, ({ project_id, client_email, private_key_id, private_key, token_uri }) =>
    [project_id, client_email, private_key_id, private_key, token_uri].map(String),
  );
