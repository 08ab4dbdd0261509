import { expect, test } from '@jest/globals';
import { html } from '../src/server/pages/html.ts';
import { ask, logIn, startConsole } from './support/console.ts';

const PAGE = { accept: 'text/html' };

test('every path that the server does not have is a page of the client, for those who are logged in', async () => {
  await using console = await startConsole();
  const headers = { ...(await logIn(console)), ...PAGE };
  for (const path of ['/', '/a/demo/events', '/system?x=1', '/a/demo/events/m.1.js']) {
    const page = await ask(console, path, { headers });
    expect([path, page.status, page.headers.get('cache-control')]).toEqual([path, 200, 'no-store']);
    expect(await page.text()).toContain('<div id="root">');
    expect((await ask(console, path, { headers: PAGE })).status).toBe(303);
  }
  for (const path of ['/api/nothing', '/assets/nothing.js']) {
    expect((await ask(console, path, { headers })).status).toBe(404);
  }
});

test('what the page loads is compressed and kept forever, and is all there is in it', async () => {
  await using console = await startConsole();
  const page = await (await ask(console, '/', { headers: { ...(await logIn(console)), ...PAGE } })).text();
  const urls = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
  expect(urls.length).toBeGreaterThan(2);
  expect(page).not.toMatch(/<style|style=|<script(?![^>]* src=)/);
  for (const url of urls) {
    const file = await ask(console, url, { headers: { 'accept-encoding': 'gzip' } });
    expect([url, file.status, file.headers.get('cache-control')]).toEqual([
      url,
      200,
      'public, max-age=31536000, immutable',
    ]);
    const isText = /\.(js|css)$/.test(url);
    expect([url, file.headers.get('content-encoding')]).toEqual([url, isText ? 'gzip' : expect.anything()]);
    expect(await (await ask(console, url, { headers: { 'accept-encoding': 'identity' } })).text()).toBe(
      await file.text(),
    );
  }
});

test('without Redis every page says so and reloads; the process keeps running', async () => {
  await using console = await startConsole();
  const headers = await logIn(console);
  await console.redis.server.stop();
  const page = await ask(console, '/', { headers });
  expect(page.status).toBe(503);
  expect(await page.text()).toMatch(/http-equiv="refresh"[\s\S]*Redis cannot be reached/);
  expect((await ask(console, '/queues/api/queues', { headers })).status).toBe(503);
  expect((await ask(console, '/readyz')).status).toBe(503);
  expect((await ask(console, '/livez')).status).toBe(200);
});

test('our pages load only our own files and cannot be framed', async () => {
  await using console = await startConsole();
  const { headers } = await ask(console, '/login');
  const policy = headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe-inline');
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers.get('referrer-policy')).toBe('same-origin');
  expect(headers.get('cache-control')).toBe('no-store');
});

test('an unknown path says so', async () => {
  await using console = await startConsole();
  const headers = await logIn(console);
  expect((await ask(console, '/nothing', { headers })).status).toBe(404);
});

test('texts are escaped in markup', () => {
  expect(html`<p title="${'"><script>'}">${[html`<b>`]}${1}</p>`.text).toBe(
    '<p title="&#34;&#62;&#60;script&#62;"><b>1</p>',
  );
});
