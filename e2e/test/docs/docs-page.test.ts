import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import { BROWSER, noBrowser } from '../support/browser.ts';
import { violations } from '../support/operator-console.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

const get = async (path: string) => {
  const response = await fetch(system.url + path);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

test('the description is a page for everyone, all of it from here', async () => {
  const page = await get('/docs/');
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part = '']) => part);
  expect(parts.length).toBeGreaterThan(4);
  for (const part of parts) {
    expect(part).toMatch(/^\.\/static\//);
    expect([part, (await get(`/docs/${part}`)).status]).toEqual([part, 200]);
  }
  const settings = (await get('/docs/static/swagger-initializer.js')).text;
  expect(page.text + settings.replace(/https:\/\/stackoverflow\.com\S*/g, '')).not.toMatch(/https?:\/\//);
  expect((await get('/docs/json')).text).toBe((await get('/openapi.json')).text);
});

test('the document is compressed for those who take it', async () => {
  for (const path of ['/openapi.json', '/docs/json']) {
    const encodingOf = async (accepted: string) =>
      (await fetch(system.url + path, { headers: { 'accept-encoding': accepted } })).headers.get('content-encoding');
    expect([path, await encodingOf('gzip, br'), await encodingOf('identity')]).toEqual([path, 'gzip', null]);
  }
});

test('the root of the API leads to its description', async () => {
  const root = await fetch(system.url, { redirect: 'manual' });
  expect([root.status, root.headers.get('location')]).toEqual([302, '/docs']);
});

test('the page may load nothing from elsewhere, nor be framed', async () => {
  for (const path of ['/docs', '/docs/', '/docs/static/swagger-ui.css', '/docs/static/nothing.js']) {
    const policy = (await get(path)).headers.get('content-security-policy') ?? '';
    expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'; script-src 'self';")]);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|unsafe-eval|\*/);
  }
});

test('nothing but the page is served from its folder', async () => {
  for (const path of ['/docs/static/..%2f..%2fpackage.json', '/docs/static/%2e%2e/package.json', '/docs/nothing']) {
    const { status, text } = await get(path);
    expect([path, status >= 400 && status < 500, JSON.parse(text).error.code]).toEqual([
      path,
      true,
      expect.stringMatching(/^ERR_/),
    ]);
  }
});

const inBrowser = noBrowser === undefined ? test : test.skip;

inBrowser(
  'a browser shows the operations with their examples, and meets nothing forbidden',
  async () => {
    const browser = await chromium.launch(BROWSER);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      const errors: string[] = [];
      page.on('pageerror', ({ message }) => errors.push(message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      const foreign: string[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(system.url) && !request.url().startsWith('data:')) foreign.push(request.url());
      });
      await page.goto(`${system.url}/docs/`);
      const publish = page.locator('#operations-Events-postEvents');
      await publish.getByText('Publish events').click();
      await publish.getByText('m-101').first().waitFor();
      expect(await page.locator('.topbar').count()).toBe(0);
      expect(await page.title()).toBe('Fanfare API');
      // One operation is as good as a hundred: the others are closed, since looking at all takes a minute.
      for (const tag of await page.locator('.opblock-tag:not(#operations-tag-Events)').all()) await tag.click();
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html.dark-mode').waitFor();
      expect(await violations(page)).toEqual([]);
      expect(errors).toEqual([]);
      expect(foreign).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  120_000,
);
