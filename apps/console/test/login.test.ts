import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, logIn, PASSWORD, post, startConsole, type TestConsole, VIEWER_PASSWORD } from './support/console.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startConsole({ TRUST_PROXY: 'true' });
});
afterAll(() => console[Symbol.asyncDispose]());

test('a page without a session redirects to the login and back', async () => {
  const turnedAway = await ask(console, '/queues/queue/events-call?status=waiting');
  expect(turnedAway.status).toBe(303);
  const location = turnedAway.headers.get('location') as string;
  expect(location).toBe('/login?next=%2Fqueues%2Fqueue%2Fevents-call%3Fstatus%3Dwaiting');

  const form = await (await ask(console, location)).text();
  expect(form).toContain('name="next" value="/queues/queue/events-call?status=waiting"');

  const letIn = await ask(console, '/login', post({ password: PASSWORD, next: '/queues/queue/events-call' }));
  expect(letIn.status).toBe(303);
  expect(letIn.headers.get('location')).toBe('/queues/queue/events-call');
});

test.each(['/', '/overview', '/queues', '/queues/', '/queues/static/favicon.ico', '/nothing', '/LOGIN', '//login'])(
  '%s is not there without a session',
  async (path) => {
    const response = await ask(console, path);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toMatch(/^\/login/);
  },
);

test.each(['/queues/api/queues', '/api/anything'])('without a session %s answers 401 as JSON', async (path) => {
  const response = await ask(console, path);
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({ error: { code: 'AUTH_ERR_NO_SESSION', message: 'log in first' } });
});

test('a client that accepts JSON gets a JSON 401 from any path', async () => {
  const response = await ask(console, '/', { headers: { accept: 'application/json' } });
  expect(response.status).toBe(401);
});

test.each(['/login', '/livez', '/readyz', '/assets/style.css', '/assets/logo.svg'])(
  '%s needs no session',
  async (path) => {
    expect((await ask(console, path)).status).toBe(200);
  },
);

test('a wrong password is rejected', async () => {
  const response = await ask(console, '/login', post({ password: `${PASSWORD}x`, next: '/queues' }));
  expect(response.status).toBe(401);
  expect(response.headers.getSetCookie()).toEqual([]);
  const page = await response.text();
  expect(page).toContain('Wrong password.');
  expect(page).toContain('value="/queues"');
});

test('the eleventh attempt in a minute is rejected without checking its password', async () => {
  const from = (address: string, password: string) =>
    ask(console, '/login', post({ password }, { 'x-forwarded-for': address }));
  const answers = await Promise.all(Array.from({ length: 25 }, () => from('192.0.2.1', 'wrong')));
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  const late = await from('192.0.2.1', PASSWORD);
  expect(late.status).toBe(429);
  expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await from('192.0.2.2', PASSWORD)).status).toBe(303);
});

test('a forged X-Forwarded-For neither evades the limit nor counts against another address', async () => {
  const from = (forwarded: string) =>
    ask(console, '/login', post({ password: 'wrong' }, { 'x-forwarded-for': forwarded }));
  const victim = '192.0.2.9';
  const answers: number[] = [];
  for (let i = 0; i < 11; i++) answers.push((await from(`${victim}, 192.0.2.8`)).status);
  for (let i = 0; i < 11; i++) answers.push((await from(`198.51.100.${i}, 2001:db8::${i}`)).status);
  expect(answers.filter((status) => status === 429)).toHaveLength(2);
  expect((await from(victim)).status).toBe(401);
});

test('correct passwords are not counted', async () => {
  for (let i = 0; i < 12; i++) {
    expect((await ask(console, '/login', post({ password: VIEWER_PASSWORD }))).status).toBe(303);
  }
});

test('the cookie is SameSite and HttpOnly, and Secure with TLS', async () => {
  const plain = await ask(console, '/login', post({ password: PASSWORD }));
  expect(plain.headers.getSetCookie()[0]).toMatch(/^fanfare_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  const tls = await ask(console, '/login', post({ password: PASSWORD }, { 'x-forwarded-proto': 'https' }));
  expect(tls.headers.getSetCookie()[0]).toMatch(/; Secure/);
});

test('the password determines the role', async () => {
  for (const [password, role] of [
    [PASSWORD, 'admin'],
    [VIEWER_PASSWORD, 'viewer'],
  ] as const) {
    const page = await (await ask(console, '/session', { headers: await logIn(console, password) })).text();
    expect(page).toContain(`"role":"${role}"`);
  }
});

test('after logging out, no copy of the cookie is accepted', async () => {
  const headers = await logIn(console);
  expect((await ask(console, '/session', { headers })).status).toBe(200);
  const out = await ask(console, '/logout', post({}, headers));
  expect(out.status).toBe(303);
  expect(out.headers.getSetCookie()[0]).toContain('Expires=Thu, 01 Jan 1970');
  expect((await ask(console, '/session', { headers })).status).toBe(401);
});

test('requests from another site are rejected', async () => {
  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:1`]) {
    const response = await ask(console, '/login', post({ password: PASSWORD }, { origin }));
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
  }
  const own = await ask(console, '/login', post({ password: PASSWORD }, { origin: console.url }));
  expect(own.status).toBe(303);
});

test('logging in again ends the session of before', async () => {
  const before = await logIn(console);
  expect((await ask(console, '/session', { headers: before })).status).toBe(200);
  const again = await ask(console, '/login', post({ password: PASSWORD }, before));
  const after = { cookie: again.headers.getSetCookie()[0]?.split(';')[0] as string };
  expect((await ask(console, '/session', { headers: before })).status).toBe(401);
  expect((await ask(console, '/session', { headers: after })).status).toBe(200);
});

test('over HTTPS the cookie is bound to this host, and the one of plain HTTP is no session', async () => {
  const https = { 'x-forwarded-proto': 'https' };
  const answer = await ask(console, '/login', post({ password: PASSWORD }, https));
  const [cookie = ''] = answer.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-fanfare_console=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  const id = cookie.split(';')[0] as string;
  expect((await ask(console, '/session', { headers: { ...https, cookie: id } })).status).toBe(200);
  const plain = id.replace('__Host-', '');
  expect((await ask(console, '/session', { headers: { ...https, cookie: plain } })).status).toBe(401);
});

describe('a host name', () => {
  const at = (host: string, path = '/login') =>
    ask(listed, path, { headers: { 'x-forwarded-host': host, 'x-forwarded-for': '192.0.2.1' } });
  let listed: TestConsole;
  beforeAll(async () => {
    listed = await startConsole({ TRUST_PROXY: 'true', CONSOLE_HOSTS: 'Console.example.com' });
  });
  afterAll(() => listed[Symbol.asyncDispose]());

  test.each(['console.example.com', 'console.example.com:8443', 'localhost:8090', '127.0.0.1', '[::1]:8090'])(
    '%s is answered',
    async (host) => {
      expect((await at(host)).status).toBe(200);
    },
  );

  test.each(['evil.example', 'console.example.com.evil.example', 'localhost.evil.example', '127.0.0.1.evil.example'])(
    '%s is refused, but for probes',
    async (host) => {
      expect((await at(host)).status).toBe(421);
      expect((await at(host, '/livez')).status).toBe(200);
    },
  );
});
