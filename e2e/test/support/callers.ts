import type { Access } from '@fanfare/ingest/app';
import { logIn } from './devices.ts';
import { createApp, type System } from './system.ts';

/** What a caller gets: through, or a refusal with this status and code. */
export const PASSES = 'passes';
const NO_KEY = '401 AUTH_ERR_EMPTY_APIKEY';
const WRONG_KEY = '401 AUTH_ERR_APIKEY_NOT_FOUND';
const WRONG_TOKEN = '401 AUTH_ERR_AUTH_TOKEN_NOT_FOUND';
const REFUSED = '403 AUTH_ERR_NO_ACCESS';

/** Everyone who may call, by what they come with. */
export const CALLERS = [
  'no one',
  'a wrong API key',
  'a wrong admin key',
  'an API key',
  'a key of another app',
  'a key without the scope',
  'bob',
  'carol, for bob by ?uid',
  'carol, for bob by header',
  'a revoked token',
  'a token of another app',
  'the operator',
] as const;
export type CallerName = (typeof CALLERS)[number];

type Row = Record<CallerName, string>;

const everyone = (expected: string): Row => Object.fromEntries(CALLERS.map((name) => [name, expected])) as Row;

/** A route of the app, for keys with its scope. */
const KEYS: Row = {
  ...everyone(NO_KEY),
  'a wrong API key': WRONG_KEY,
  'a wrong admin key': WRONG_KEY,
  'an API key': PASSES,
  'a key of another app': REFUSED,
  'a key without the scope': REFUSED,
  'the operator': PASSES,
};

/** Who gets what, by whom a route is for (spec: who is calling). */
export const EXPECTED: Record<Access, Row> = {
  anyone: everyone(PASSES),
  admin: { ...everyone(NO_KEY), 'a wrong admin key': WRONG_KEY, 'the operator': PASSES },
  publish: KEYS,
  manage: KEYS,
  user: {
    ...KEYS,
    bob: PASSES,
    'carol, for bob by ?uid': REFUSED,
    'carol, for bob by header': REFUSED,
    'a revoked token': WRONG_TOKEN,
    'a token of another app': WRONG_TOKEN,
  },
  // A session always concerns its own user, even if another is named. No API key is accepted.
  session: {
    ...everyone(REFUSED),
    'no one': WRONG_TOKEN,
    bob: PASSES,
    'carol, for bob by ?uid': PASSES,
    'carol, for bob by header': PASSES,
    'a revoked token': WRONG_TOKEN,
    'a token of another app': WRONG_TOKEN,
  },
};

/** What a caller sends: headers, and whom they ask about. */
interface Call {
  headers: Record<string, string>;
  query?: string;
}

/** The calls of everyone; made anew for every route, since some end the login that calls them. */
export async function makeCallers(system: System): Promise<(access: Access) => Promise<Record<CallerName, Call>>> {
  const { admin, url, env } = system;
  const keyFor = async (appId: string, scopes: string[]): Promise<string> =>
    (await admin.post(`/v3/apps/${appId}/apikeys`, { scopes })).body.data.apiKey;
  const other = await createApp(admin, url, 'other');
  const [all, publishes, manages, others] = await Promise.all([
    keyFor('app123', ['publish', 'manage']),
    keyFor('app123', ['publish']),
    keyFor('app123', ['manage']),
    keyFor('other', ['publish', 'manage']),
  ]);
  const revoked = await logIn(system);
  await system.asUser(revoked).delete('/v3/me');
  const foreign = (await other.post('/v3/users/bob/auth_tokens', {})).body.data.authToken as string;
  const login = (authtoken: string) => ({ headers: { authtoken, appid: 'app123' } });
  return async (access) => {
    const [bob, carol, again] = [await logIn(system), await logIn(system, 'carol'), await logIn(system, 'carol')];
    return {
      'no one': { headers: {} },
      'a wrong API key': { headers: { apikey: 'fk_guess' } },
      'a wrong admin key': { headers: { adminkey: 'a guess of the admin key', appid: 'app123' } },
      'an API key': { headers: { apikey: all }, query: 'uid=bob' },
      'a key of another app': { headers: { apikey: others, appid: 'app123' }, query: 'uid=bob' },
      'a key without the scope': { headers: { apikey: access === 'publish' ? manages : publishes }, query: 'uid=bob' },
      bob: login(bob),
      'carol, for bob by ?uid': { ...login(carol), query: 'uid=bob' },
      'carol, for bob by header': { headers: { ...login(again).headers, onbehalfof: 'bob' } },
      'a revoked token': login(revoked),
      'a token of another app': login(foreign),
      'the operator': { headers: { adminkey: env.FANFARE_ADMIN_KEY, appid: 'app123' }, query: 'uid=bob' },
    };
  };
}

/** What came of a call, as the table has it. */
export async function outcomeOf(url: string, method: string, path: string, body: unknown, call: Call): Promise<string> {
  const target = call.query === undefined ? path : `${path}?${call.query}`;
  const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
  const response = await fetch(url + target, {
    method,
    redirect: 'manual',
    headers: { ...call.headers, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const code = /^\{"error":\{"code":"(\w+)"/.exec(text)?.[1] ?? '';
  const refused = response.status === 401 || response.status === 403 || code.startsWith('AUTH_');
  return refused || response.status >= 500 ? `${response.status} ${code}` : PASSES;
}
