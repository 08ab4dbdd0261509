import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { until } from '@fanfare/testkit';
import { type CDPSession, chromium } from 'playwright-core';
import { exampleFile } from './example.ts';

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
/** How tests start the browser. */
export const BROWSER = { executablePath: EXECUTABLE, args: ARGS };
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Why there can be no test in a browser; undefined when there can. */
export const noBrowser = existsSync(EXECUTABLE)
  ? undefined
  : `there is no ${EXECUTABLE}; install chromium or set CHROMIUM_PATH`;

/** A browser on the page of `examples/web-service-worker`, whose visitor allows notifications. */
export async function openExamplePage() {
  const site = await serve('web-service-worker');
  const browser = await chromium.launch(BROWSER);
  const context = await browser.newContext({ permissions: ['notifications'] });
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  const registration = await watchRegistration(devTools);
  await page.goto(site.url);
  return {
    page,
    /** Hands the service worker a push, as FCM does: what it gets is JSON with the data map in it. */
    push: async (data: unknown) =>
      devTools.send('ServiceWorker.deliverPushMessage', {
        origin: site.url,
        registrationId: await until(registration, 'the service worker is registered'),
        data: JSON.stringify({ data, from: '1234567890', fcmMessageId: 'id' }),
      }),
    /** Title and text of the notifications that are shown. */
    shown: () => page.evaluate(shownNotifications) as Promise<string[]>,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** The id of the service worker's registration, once there is one. */
async function watchRegistration(devTools: CDPSession): Promise<() => string | undefined> {
  let id: string | undefined;
  devTools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    id = registrations[0]?.registrationId ?? id;
  });
  await devTools.send('ServiceWorker.enable');
  return () => id;
}

/** Runs in the page; a text, since its words are the browser's and not ours. */
const shownNotifications: string = `navigator.serviceWorker.ready
  .then((registration) => registration.getNotifications())
  .then((all) => all.map(({ title, body }) => title + ': ' + body))`;

/** A folder of the examples as a site of its own. */
async function serve(folder: string) {
  const server = createServer(async (request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    const content = await readFile(exampleFile(folder + path)).catch(() => undefined);
    response.writeHead(content ? 200 : 404, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
