import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Keeps the browser's own services off the network. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Why browser tests cannot run; undefined if they can. */
export const noBrowser = existsSync(EXECUTABLE)
  ? undefined
  : `there is no ${EXECUTABLE}; install chromium or set CHROMIUM_PATH`;

/** A page in a new profile, and the problems it caused. */
export interface Tab extends AsyncDisposable {
  page: Page;
  /** Errors on the page's console and uncaught exceptions. */
  errors: string[];
  /** Requests to anything but this machine. */
  foreign: string[];
}

/** Opens a browser with one empty page. */
export async function openTab(options: BrowserContextOptions = {}): Promise<Tab> {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGS });
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1') foreign.push(request.url());
  });
  return { page, errors, foreign, [Symbol.asyncDispose]: () => browser.close() };
}

/** What axe finds wrong with a page, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    const found = (await run()).violations;
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`),
    );
  });
}
