import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { logIn } from '../support/devices.ts';
import { type System, startSystem } from '../support/system.ts';

const CHAT = 'https://chat.example.com';

/** Asks, as a browser does, whether a page of this origin may make a request. */
const preflight = ({ url }: System, origin: string) =>
  new Api(url, {}).call('OPTIONS', '/v3/notifications/push/v1/preferences', undefined, {
    origin,
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'appid,authtoken,chatapiversion,content-type,resource,sdk',
  });

const corsHeaders = (headers: Headers) =>
  [...headers].filter(([name]) => name.startsWith('access-control-')).map(([name]) => name);

const listed = (headers: Headers, name: string) => (headers.get(name) ?? '').split(', ');

test('without origins no answer has a CORS header', async () => {
  await using system = await startSystem({ apps: [] });
  const asked = await preflight(system, CHAT);
  expect([asked.status, asked.body.error.code]).toEqual([404, 'ERR_ROUTE_NOT_FOUND']);
  expect(corsHeaders(asked.headers)).toEqual([]);
  const { headers } = await system.backend.call('GET', '/v3/dead-letters', undefined, { origin: CHAT });
  expect(corsHeaders(headers)).toEqual([]);
});

test('a page of a configured origin may send what the SDK sends, and read the answer and its errors', async () => {
  await using system = await startSystem({ apps: [], env: { CORS_ORIGINS: `https://other.example.com, ${CHAT}` } });
  const { status, headers } = await preflight(system, CHAT);
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(CHAT);
  expect(headers.get('access-control-allow-credentials')).toBeNull();
  expect(headers.get('vary')).toMatch(/origin/i);
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  expect(listed(headers, 'access-control-allow-methods')).toEqual(expect.arrayContaining(methods));
  const allowed = listed(headers, 'access-control-allow-headers');
  const sent = ['appid', 'authtoken', 'resource', 'sdk', 'chatapiversion', 'content-type', 'authorization'];
  expect(allowed).toEqual(expect.arrayContaining(sent));
  expect(allowed).not.toContain('apikey');
  expect(allowed).not.toContain('adminkey');

  const authtoken = await logIn(system);
  const page = new Api(system.url, { appid: 'app123', origin: CHAT });
  for (const [token, expected] of [
    [authtoken, 200],
    ['at_revoked', 401],
  ] as const) {
    const answer = await page.call('GET', '/v3/me', undefined, { authtoken: token });
    expect(answer.status).toBe(expected);
    expect(answer.headers.get('access-control-allow-origin')).toBe(CHAT);
    expect(listed(answer.headers, 'access-control-expose-headers')).toEqual(
      expect.arrayContaining(['Retry-After', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset']),
    );
  }
});

test.each(['https://evil.example.com', 'https://chat.example.com.evil.example', 'http://chat.example.com', 'null'])(
  'a page of %s is not let in',
  async (origin) => {
    await using system = await startSystem({ apps: [], env: { CORS_ORIGINS: CHAT } });
    expect((await preflight(system, origin)).headers.get('access-control-allow-origin')).toBeNull();
    const { headers } = await new Api(system.url, { appid: 'app123', origin }).get('/v3/settings');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  },
);

test('with * every page may call', async () => {
  await using system = await startSystem({ apps: [], env: { CORS_ORIGINS: '*' } });
  expect((await preflight(system, CHAT)).headers.get('access-control-allow-origin')).toBe('*');
});
