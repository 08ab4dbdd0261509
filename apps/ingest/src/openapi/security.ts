import type { ErrorCode } from '@fanfare/core';
import type { Access, Route } from '../http/auth.ts';

const headerKey = (name: string, description: string) => ({
  type: 'apiKey' as const,
  in: 'header' as const,
  name,
  description,
});

/** The credentials there are. */
export const SECURITY_SCHEMES = {
  adminkey: headerKey('adminkey', "The operator's key."),
  apikey: headerKey('apikey', 'A key of the chat backend; it is of one app and has scopes.'),
  authToken: headerKey('authToken', 'A login of a person, minted by the chat backend for one of their devices.'),
  appId: headerKey('appId', 'The app, where the credential does not tell: with the admin key and with an auth token.'),
  basic: { type: 'http' as const, scheme: 'basic', description: 'The API key as the password; any user name.' },
};

type Requirement = Partial<Record<keyof typeof SECURITY_SCHEMES, string[]>>;

const ADMIN_FOR_APP: Requirement = { adminkey: [], appId: [] };
const KEYS: Requirement[] = [{ apikey: [] }, ADMIN_FOR_APP];
const LOGIN: Requirement = { authToken: [], appId: [] };

/** What each class of callers means to one who writes a client. */
const CLASSES: Record<Access, { requirements: Requirement[]; who: string; errors: ErrorCode[] }> = {
  // All that is documented and for anyone is about the app that the header names.
  anyone: { requirements: [{ appId: [] }], who: 'For anyone.', errors: ['ERR_APP_NOT_FOUND'] },
  admin: {
    requirements: [{ adminkey: [] }],
    who: 'For the operator.',
    errors: ['AUTH_ERR_EMPTY_APIKEY', 'AUTH_ERR_APIKEY_NOT_FOUND'],
  },
  publish: { requirements: KEYS, who: 'For API keys with the scope `publish`.', errors: keyErrors() },
  manage: { requirements: KEYS, who: 'For API keys with the scope `manage`.', errors: keyErrors() },
  user: {
    requirements: [LOGIN, ...KEYS],
    who: 'For a person, about themselves, and for API keys with the scope `manage` on behalf of anyone.',
    errors: [...keyErrors(), 'AUTH_ERR_AUTH_TOKEN_NOT_FOUND'],
  },
  login: {
    requirements: [LOGIN],
    who: 'For a person, about themselves; a key is no login.',
    errors: ['AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'AUTH_ERR_NO_ACCESS'],
  },
};

function keyErrors(): ErrorCode[] {
  return ['AUTH_ERR_EMPTY_APIKEY', 'AUTH_ERR_APIKEY_NOT_FOUND', 'AUTH_ERR_NO_ACCESS', 'ERR_APP_NOT_FOUND'];
}

/** The credentials that open a route, any one of them. */
export const securityOf = ({ access, basicAuth }: Route): Requirement[] =>
  basicAuth ? [...CLASSES[access].requirements, { basic: [] }] : CLASSES[access].requirements;

/** Who may call a route, in a sentence. */
export const whoMayCall = ({ access }: Route): string => CLASSES[access].who;

/** What checking the caller can answer. */
export const authErrorsOf = ({ access }: Route): ErrorCode[] => CLASSES[access].errors;
