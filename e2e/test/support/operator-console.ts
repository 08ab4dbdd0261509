import * as operatorConsole from '@fanfare/console/app';
import axe from 'axe-core';
import { chromium, type Page } from 'playwright-core';
import { BROWSER, noBrowser } from './browser.ts';
import type { System } from './system.ts';

/** The passwords of the console, by role. */
export const PASSWORDS = { admin: 'the operator’s password', viewer: 'the viewer’s password' };

/** On an idle machine a test in the browser takes a few seconds. */
export const BROWSER_TEST_MS = 240_000;

/** The console of a system, and a browser that looks at it. */
export async function startConsoleInBrowser(system: System) {
  if (noBrowser !== undefined) throw new Error(noBrowser);
  const { admin, viewer } = PASSWORDS;
  const console = await operatorConsole.start(
    operatorConsole.readConfig({
      ...system.env,
      API_URL: system.url,
      CONSOLE_PASSWORD: admin,
      CONSOLE_VIEWER_PASSWORD: viewer,
    }),
  );
  const browser = await chromium.launch(BROWSER);
  return {
    url: console.url,
    /** A page in a profile of its own, logged in, and everything it does that it should not. */
    async open(role: keyof typeof PASSWORDS, path: string): Promise<{ page: Page; faults: string[] }> {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
      // Says what it waited for, before the test's own time is over.
      page.setDefaultTimeout(BROWSER_TEST_MS / 2);
      const faults: string[] = [];
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('request', (request) => new URL(request.url()).hostname === '127.0.0.1' || faults.push(request.url()));
      await page.goto(console.url + path);
      await page.getByLabel('Password').fill(PASSWORDS[role]);
      await page.keyboard.press('Enter');
      await page.waitForURL(console.url + path);
      return { page, faults };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await console.close();
    },
  };
}

/** What axe finds wrong, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => {
      return `${new URL(page.url()).pathname} ${id}: ${target}: ${failureSummary}`;
    }),
  );
}

/** Waits for the heading of a page. */
export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
