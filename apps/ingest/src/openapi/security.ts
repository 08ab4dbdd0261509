import type { ErrorCode } from '@fanfare/core';
import type { Access, Route } from '../http/auth.ts';

const headerKey = (name: string, description: string) => ({
  type: 'apiKey' as const,
  in: 'header' as const,
  name,
  description,
});

/** All kinds of credentials. */
export const SECURITY_SCHEMES = {
  adminkey: headerKey('adminkey', "The operator's key."),
  apikey: headerKey('apikey', "The chat backend's key. It belongs to one app and has scopes."),
  authToken: headerKey('authToken', "A user's session, created by the chat backend for one of the user's devices."),
  appId: headerKey('appId', 'The app. Required with the admin key and with an auth token, which do not identify it.'),
  basic: { type: 'http' as const, scheme: 'basic', description: 'The API key as the password, with any user name.' },
};

type Requirement = Partial<Record<keyof typeof SECURITY_SCHEMES, string[]>>;

const ADMIN_FOR_APP: Requirement = { adminkey: [], appId: [] };
const KEYS: Requirement[] = [{ apikey: [] }, ADMIN_FOR_APP];
const SESSION: Requirement = { authToken: [], appId: [] };

/** What each kind of access means for a client. */
const CLASSES: Record<Access, { requirements: Requirement[]; who: string; errors: ErrorCode[] }> = {
  // Every documented route that anyone may call concerns the app named in the header.
  anyone: { requirements: [{ appId: [] }], who: 'Open to anyone.', errors: ['ERR_APP_NOT_FOUND'] },
  admin: {
    requirements: [{ adminkey: [] }],
    who: 'Requires the admin key.',
    errors: ['AUTH_ERR_EMPTY_APIKEY', 'AUTH_ERR_APIKEY_NOT_FOUND'],
  },
  publish: { requirements: KEYS, who: 'Requires an API key with the scope `publish`.', errors: keyErrors() },
  manage: { requirements: KEYS, who: 'Requires an API key with the scope `manage`.', errors: keyErrors() },
  user: {
    requirements: [SESSION, ...KEYS],
    who: 'Requires the auth token of the user concerned, or an API key with the scope `manage` and the uid of a user.',
    errors: [...keyErrors(), 'AUTH_ERR_AUTH_TOKEN_NOT_FOUND'],
  },
  session: {
    requirements: [SESSION],
    who: 'Requires an auth token; an API key is not accepted.',
    errors: ['AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'AUTH_ERR_NO_ACCESS'],
  },
};

function keyErrors(): ErrorCode[] {
  return ['AUTH_ERR_EMPTY_APIKEY', 'AUTH_ERR_APIKEY_NOT_FOUND', 'AUTH_ERR_NO_ACCESS', 'ERR_APP_NOT_FOUND'];
}

/** The credentials a route accepts; any one of them suffices. */
export const securityOf = ({ access, basicAuth }: Route): Requirement[] =>
  basicAuth ? [...CLASSES[access].requirements, { basic: [] }] : CLASSES[access].requirements;

/** Who may call a route, in a sentence. */
export const whoMayCall = ({ access }: Route): string => CLASSES[access].who;

/** The errors that authentication can return. */
export const authErrorsOf = ({ access }: Route): ErrorCode[] => CLASSES[access].errors;
