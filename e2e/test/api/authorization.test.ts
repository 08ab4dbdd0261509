import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ACCESS } from '../support/access-table.ts';
import { Api } from '../support/api.ts';
import { CALLERS, EXPECTED, makeCallers, outcomeOf, PASSES } from '../support/callers.ts';
import { logIn } from '../support/devices.ts';
import { type Operation, operationsOf, readDocument } from '../support/openapi.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
let operations: Map<string, Operation['operation']>;
beforeAll(async () => {
  // A sender answers when a provider is tested.
  system = await startSystem({ apps: ['sender'] });
  operations = new Map(operationsOf(await readDocument(system)).map(({ key, operation }) => [key, operation]));
});
afterAll(() => system[Symbol.asyncDispose]());

/** A path as it may be called; what it names does not exist, so that a caller who passes destroys nothing. */
const pathOf = (url: string) => url.replace(/:\w+/g, 'nothing').replace('*', 'index.css');

/**
 * The documented example of a body, since some callers are looked at only after the body was found good; without the
 * session it may name, which belongs to no one here.
 */
function bodyOf(method: string, url: string): unknown {
  const { requestBody } = operations.get(`${method} ${url.replace(/:(\w+)/g, '{$1}')}`) ?? {};
  const [media] = Object.values(requestBody?.content ?? {});
  const body = Object.values(media?.examples ?? {})[0]?.value;
  return isRecord(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'authToken')) : body;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether the description of a route tells of a refusal, e.g. `401 AUTH_ERR_EMPTY_APIKEY`. */
function isDocumented(method: string, url: string, refusal: string): boolean {
  const [status = '', code = ''] = refusal.split(' ');
  const { responses } = operations.get(`${method} ${url.replace(/:(\w+)/g, '{$1}')}`) ?? {};
  return responses?.[status]?.description?.includes(`\`${code}\``) === true;
}

/** The table as people read it: a line per route, a column per caller, `+` for a caller who passes. */
const readable = (rows: readonly { route: string; access: string; outcomes: string[] }[]) =>
  [
    ...CALLERS.map((name, i) => `${String(i + 1).padStart(2)} ${name}`),
    ['route'.padEnd(70), 'for'.padEnd(8), ...CALLERS.map((_, i) => String(i + 1).padStart(3))].join(' '),
    ...rows.map(({ route, access, outcomes }) =>
      [
        route.padEnd(70),
        access.padEnd(8),
        ...outcomes.map((outcome) => (outcome === PASSES ? '+' : outcome.slice(0, 3)).padStart(3)),
      ].join(' '),
    ),
    '',
  ].join('\n');

test('every route answers every kind of caller as the table says', async () => {
  const callers = await makeCallers(system);
  const rows: { route: string; access: string; outcomes: string[] }[] = [];
  const wrong: string[] = [];
  for (const { method, url } of system.routes.filter((route) => route.method !== 'HEAD')) {
    const access = ACCESS.get(`${method} ${url}`);
    if (!access) throw new Error(`${method} ${url}: no one has said who may call it; add it to the table`);
    const calls = await callers(access);
    const outcomes: string[] = [];
    for (const name of CALLERS) {
      const outcome = await outcomeOf(system.url, method, pathOf(url), bodyOf(method, url), calls[name]);
      const expected = EXPECTED[access][name];
      if (outcome !== expected) wrong.push(`${method} ${url}, ${name}: ${outcome} instead of ${expected}`);
      if (outcome !== PASSES && !isDocumented(method, url, outcome)) wrong.push(`${method} ${url}: ${outcome} is new`);
      outcomes.push(outcome);
    }
    rows.push({ route: `${method} ${url}`, access, outcomes });
  }
  process.stdout.write(readable(rows));
  expect(wrong).toEqual([]);
  expect(new Set(rows.map(({ route }) => route))).toEqual(new Set(ACCESS.keys()));
}, 120_000);

test('a HEAD is for those for whom the GET is', () => {
  const accessOf = (wanted: string) =>
    new Map(system.routes.filter(({ method }) => method === wanted).map(({ url, access }) => [url, access]));
  const [gets, heads] = [accessOf('GET'), accessOf('HEAD')];
  expect(heads.size).toBeGreaterThanOrEqual(gets.size);
  // The root of a plugin is registered with and without its slash.
  for (const [url, access] of heads)
    expect([url, access]).toEqual([url, gets.get(url) ?? gets.get(url.replace(/\/$/, ''))]);
});

describe('another user', () => {
  const TOKENS = '/v3/notifications/push/v1/tokens';

  test('is not spoken for in a body either', async () => {
    const carol = system.asUser(await logIn(system, 'carol'));
    const registration = { platform: 'fcm_android', fcmToken: 'tok_carol', uid: 'bob' };
    for (const answer of [await carol.post(TOKENS, registration), await carol.delete(TOKENS, { uid: 'bob' })]) {
      expect([answer.status, answer.body.error.code]).toEqual([403, 'AUTH_ERR_NO_ACCESS']);
    }
  });
  test('is not logged out by a caller who knows the auth token', async () => {
    const token = await logIn(system, 'bob');
    const answer = await system.backend.delete(`/v3/users/carol/auth_tokens/${token}`);
    expect([answer.status, answer.body.error.code]).toEqual([404, 'ERR_TOKEN_NOT_FOUND']);
    expect((await system.asUser(token).get('/v3/me')).body.data.uid).toBe('bob');
  });
});

describe('Basic authentication', () => {
  const WEBHOOK = '/v3/webhooks/cometchat';
  const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` });
  const outcome = async (path: string, headers: Record<string, string>) => {
    const { status, body } = await new Api(system.url, headers).post(path, { trigger: 'user_updated', data: {} });
    return [status, body.error?.code];
  };

  test('carries an API key as its password to the CometChat webhook, and nowhere else', async () => {
    const { body } = await system.admin.post('/v3/apps/app123/apikeys', { scopes: ['publish'] });
    const { apiKey } = body.data;
    expect(await outcome(WEBHOOK, basic(apiKey))).toEqual([200, undefined]);
    expect(await outcome(WEBHOOK, { ...basic(apiKey), appid: 'other' })).toEqual([403, 'AUTH_ERR_NO_ACCESS']);
    expect(await outcome(WEBHOOK, basic('fk_guess'))).toEqual([401, 'AUTH_ERR_APIKEY_NOT_FOUND']);
    expect(await outcome(WEBHOOK, basic(system.env.FANFARE_ADMIN_KEY))).toEqual([401, 'AUTH_ERR_APIKEY_NOT_FOUND']);
    expect(await outcome('/v3/events', basic(apiKey))).toEqual([401, 'AUTH_ERR_EMPTY_APIKEY']);
  });
  test('is refused a key that may not publish', async () => {
    const { body } = await system.admin.post('/v3/apps/app123/apikeys', { scopes: ['manage'] });
    expect(await outcome(WEBHOOK, basic(body.data.apiKey))).toEqual([403, 'AUTH_ERR_NO_ACCESS']);
  });
});

test('the admin key acts for an app that there is, named in the header', async () => {
  const operator = (headers: Record<string, string>) =>
    new Api(system.url, { adminkey: system.env.FANFARE_ADMIN_KEY, ...headers }).get('/v3/users/bob');
  const outcome = async (headers: Record<string, string>) => {
    const { status, body } = await operator(headers);
    return [status, body.error?.code];
  };
  expect(await outcome({})).toEqual([400, 'ERR_BAD_REQUEST']);
  expect(await outcome({ appid: 'nowhere' })).toEqual([404, 'ERR_APP_NOT_FOUND']);
  expect(await outcome({ appid: 'a b' })).toEqual([404, 'ERR_APP_NOT_FOUND']);
});
