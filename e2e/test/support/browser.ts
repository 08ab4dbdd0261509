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

/** In the service worker: how many events it has dealt with since it was first asked. */
const countHandled = `
  if (self.handled === undefined) {
    self.handled = 0;
    const { waitUntil } = ExtendableEvent.prototype;
    ExtendableEvent.prototype.waitUntil = function (done) {
      done.finally(() => self.handled++);
      return waitUntil.call(this, done);
    };
  }
  self.handled;
`;

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
    /**
     * Hands the service worker a push, as FCM does: what it gets is JSON with the data map in it. Resolves when it has
     * dealt with it: Chromium forgets a notification that it is still showing when it is asked for those shown.
     */
    push: async (data: unknown) => {
      const registrationId = await until(registration, 'the service worker is registered');
      const worker = await until(() => context.serviceWorkers()[0], 'the service worker runs');
      const before = await worker.evaluate<number>(countHandled);
      await devTools.send('ServiceWorker.deliverPushMessage', {
        origin: site.url,
        registrationId,
        data: JSON.stringify({ data, from: '1234567890', fcmMessageId: 'id' }),
      });
      await until(
        async () => (await worker.evaluate<number>(countHandled)) > before,
        'the service worker has dealt with it',
      );
    },
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
