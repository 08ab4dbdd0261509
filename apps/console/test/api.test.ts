import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { permissionOf } from '../src/server/api/allowed.ts';
import { RequestLimit } from '../src/server/api/request-limit.ts';
import { type Handler, startStandIn } from './support/api.ts';
import { ADMIN_KEY, ask, logIn, PASSWORD, startConsole, type TestConsole, VIEWER_PASSWORD } from './support/console.ts';

let api: Awaited<ReturnType<typeof startStandIn>>;
let console: TestConsole;
let answerWith: Handler | undefined;
beforeAll(async () => {
  api = await startStandIn((request, response) => (answerWith ?? sendData)(request, response));
  console = await startConsole({ API_URL: `${api.url}/behind/` });
});
afterAll(async () => {
  await console[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const sendData: Handler = (_request, response) =>
  response.setHeader('content-type', 'application/json').end('{"data":{}}');

/** The headers of a logged-in client. */
async function clientOf(password: string): Promise<Record<string, string>> {
  const { cookie } = await logIn(console, password);
  const { csrfToken } = await jsonOf(await ask(console, '/session', { headers: { cookie } }));
  return { cookie, 'x-csrf-token': csrfToken };
}

// biome-ignore lint/suspicious/noExplicitAny: bodies are read as what the test expects.
const jsonOf = async (response: Response): Promise<any> => response.json();
const codeOf = async (response: Response): Promise<unknown> => (await jsonOf(response)).error.code;

test('the session says who is logged in, and answers no one else', async () => {
  for (const [password, role] of [
    [PASSWORD, 'admin'],
    [VIEWER_PASSWORD, 'viewer'],
  ] as const) {
    const { cookie } = await logIn(console, password);
    const answer = await ask(console, '/session', { headers: { cookie } });
    expect(await answer.json()).toEqual({
      role,
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
      apiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/behind$/),
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
  const stranger = await ask(console, '/session');
  expect([stranger.status, await codeOf(stranger)]).toEqual([401, 'AUTH_ERR_NO_SESSION']);
});

test('the address in commands is PUBLIC_URL, where readers reach the API', async () => {
  await using behindProxy = await startConsole({
    API_URL: 'http://ingest:8080',
    PUBLIC_URL: 'https://push.example.com',
  });
  const { cookie } = await logIn(behindProxy);
  const session = await jsonOf(await ask(behindProxy, '/session', { headers: { cookie } }));
  expect(session.apiUrl).toBe('https://push.example.com');
});

test('a request reaches the API with the operator’s key, who acts, and no cookie', async () => {
  const headers = { ...(await clientOf(PASSWORD)), appid: 'app123', 'content-type': 'application/json' };
  const init = { method: 'PATCH', headers: { ...headers, adminkey: 'guessed', actor: 'another' }, body: '{"a":1}' };
  expect((await ask(console, '/api/v3/notifications/v1/settings?x=%2F', init)).status).toBe(200);
  const last = api.reached.at(-1);
  expect(last).toMatchObject({ method: 'PATCH', url: '/behind/v3/notifications/v1/settings?x=%2F', body: '{"a":1}' });
  const { adminkey, actor, appid, cookie, 'x-csrf-token': csrf, origin } = last?.headers ?? {};
  expect({ adminkey, actor, appid }).toEqual({
    adminkey: ADMIN_KEY,
    actor: 'console admin, 127.0.0.1',
    appid: 'app123',
  });
  expect([cookie, csrf, origin]).toEqual([undefined, undefined, undefined]);
});

test('what would change something needs the token of the session, of this one', async () => {
  const { cookie } = (await clientOf(PASSWORD)) as { cookie: string };
  const other = await clientOf(PASSWORD);
  const before = api.reached.length;
  for (const token of [undefined, '', 'x'.repeat(43), other['x-csrf-token']]) {
    const headers = { cookie, ...(token === undefined ? {} : { 'x-csrf-token': token }) };
    const answer = await ask(console, '/api/v3/users/bob', { method: 'DELETE', headers });
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'AUTH_ERR_NO_ACCESS']);
  }
  expect(api.reached.length).toBe(before);
});

test('a viewer reads, and changes nothing', async () => {
  const headers = await clientOf(VIEWER_PASSWORD);
  expect((await ask(console, '/api/v3/system', { headers })).status).toBe(200);
  const before = api.reached.length;
  const answer = await ask(console, '/api/v3/users/bob', { method: 'DELETE', headers });
  expect([answer.status, await codeOf(answer)]).toEqual([403, 'AUTH_ERR_NO_ACCESS']);
  expect(api.reached.length).toBe(before);
});

test.each([
  ['GET', '/v3/me'],
  ['POST', '/v3/import'],
  ['PUT', '/v3/system'],
  ['GET', '/v3/apps/../system'],
  ['GET', '/v3/apps/%2e%2e'],
  ['GET', '/v3/apps/a%2Fb'],
  ['GET', '/v3/apps/a%5cb'],
  ['GET', '/v3/apps/a#b'],
  ['GET', '/v3/apps/a;b'],
  ['GET', '/v3/apps/%'],
  ['GET', '/v3//apps'],
  ['GET', '/v3/apps/'],
  ['GET', '/V3/apps'],
  ['DELETE', '/v3/apps'],
])('%s %s is nothing the console offers', (method, path) => {
  expect(permissionOf('admin', method, path)).toBe('unknown');
});

test('ids of any characters are parts of a path', () => {
  for (const id of ['bob', 'b%40example.com', '%F0%9F%98%80', '...', "it's(1)!*~"]) {
    expect(permissionOf('viewer', 'GET', `/v3/users/${id}`)).toBe('allowed');
    expect(permissionOf('viewer', 'DELETE', `/v3/users/${id}`)).toBe('forbidden');
  }
});

test('an unknown path is answered 404 without asking the API, a body beyond the limit 413', async () => {
  const headers = { ...(await clientOf(PASSWORD)), 'content-type': 'application/json' };
  const before = api.reached.length;
  expect((await ask(console, '/api/v3/me', { headers })).status).toBe(404);
  const large = { method: 'POST', headers, body: JSON.stringify('x'.repeat(256 * 1024)) };
  expect((await ask(console, '/api/v3/events', large)).status).toBe(413);
  const form = { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: '{}' };
  expect((await ask(console, '/api/v3/events', form)).status).toBe(415);
  expect(api.reached.length).toBe(before);
});

test('only the headers about the body come back', async () => {
  answerWith = (_request, response) => {
    response.writeHead(429, {
      'content-type': 'application/json',
      'retry-after': '7',
      'set-cookie': 'fanfare_console=theirs',
      'access-control-allow-origin': '*',
      connection: 'x-hop',
      'x-hop': '1',
      'x-powered-by': 'them',
    });
    response.end('{"error":{"code":"ERR_TOO_MANY_REQUESTS","message":"wait"}}');
  };
  const answer = await ask(console, '/api/v3/system', { headers: await clientOf(PASSWORD) });
  answerWith = undefined;
  expect([answer.status, answer.headers.get('retry-after'), await codeOf(answer)]).toEqual([
    429,
    '7',
    'ERR_TOO_MANY_REQUESTS',
  ]);
  expect(answer.headers.getSetCookie()).toEqual([]);
  for (const name of ['x-hop', 'x-powered-by', 'access-control-allow-origin']) {
    expect(answer.headers.get(name)).toBeNull();
  }
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
});

test('an answer reaches the client as it comes, and a client that leaves ends the request', async () => {
  const left = new Promise<void>((resolve) => {
    answerWith = (_request, response) => {
      response.once('close', resolve);
      response.setHeader('content-type', 'application/json').write('{"data":');
    };
  });
  const abort = new AbortController();
  const init = { headers: await clientOf(PASSWORD), signal: abort.signal };
  const answer = await ask(console, '/api/v3/system', init);
  answerWith = undefined;
  const reader = answer.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"data":');
  abort.abort();
  await left;
});

test.each([
  ['a key that the API refuses', 401, 'application/json', /FANFARE_ADMIN_KEY/],
  ['a page of another server', 200, 'text/html', /not Fanfare’s API/],
  ['a redirect', 302, 'application/json', /not Fanfare’s API/],
])('%s is a problem of the console, not of the session', async (_name, status, type, words) => {
  answerWith = (_request, response) =>
    response.writeHead(status, { 'content-type': type, location: 'https://example.com' }).end('{"error":{}}');
  const answer = await ask(console, '/api/v3/system', { headers: await clientOf(PASSWORD) });
  answerWith = undefined;
  const { error } = await jsonOf(answer);
  expect([answer.status, error.code]).toEqual([502, 'ERR_BAD_GATEWAY']);
  expect(error.message).toMatch(words);
});

test('an API that cannot be reached is named', async () => {
  const gone = await startStandIn();
  await gone[Symbol.asyncDispose]();
  await using lonely = await startConsole({ API_URL: gone.url });
  const { cookie } = await logIn(lonely);
  const answer = await ask(lonely, '/api/v3/system', { headers: { cookie } });
  expect([answer.status, await answer.json()]).toEqual([
    502,
    { error: { code: 'ERR_API_UNREACHABLE', message: expect.stringContaining('API_URL') } },
  ]);
});

test('a session that asks too often waits for the next minute', () => {
  let now = 1_000_000;
  const limit = new RequestLimit(() => now);
  const waits = Array.from({ length: 1201 }, () => limit.take('one'));
  expect([waits.slice(0, 1200).every((wait) => wait === 0), waits[1200], limit.take('other')]).toEqual([true, 60, 0]);
  now += 60_000;
  expect(limit.take('one')).toBe(0);
});
