import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noBrowser } from '../support/browser.ts';
import { addPushProviders, logIn } from '../support/devices.ts';
import { BROWSER_TEST_MS, heading, startConsoleInBrowser, violations } from '../support/operator-console.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

const MUTE = '/v3/notifications/v1/preferences/mute';

const inBrowser = (name: string, run: () => Promise<void>) =>
  (noBrowser === undefined ? test : test.skip)(name, run, BROWSER_TEST_MS);
if (noBrowser !== undefined) process.stderr.write(`No test in a browser: ${noBrowser}.\n`);

let system: System;
let console: Awaited<ReturnType<typeof startConsoleInBrowser>>;
beforeAll(async () => {
  if (noBrowser !== undefined) return;
  system = await startSystem();
  await addPushProviders(system);
  await system.backend.put('/v3/users/bob', { name: 'Bob' });
  console = await startConsoleInBrowser(system);
}, BROWSER_TEST_MS);
afterAll(async () => {
  await console?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
});

inBrowser('an operator sends an event, watches it arrive, and sees the reason once it is muted', async () => {
  const { page, faults } = await console.open('admin', '/a/app123/send');
  await page.getByLabel('Text').fill('Hello Bob!');
  await page.getByRole('button', { name: 'Explain and preview' }).click();
  await page.getByText(/^Would be sent to Bob: 1 target/).waitFor();
  for (const title of await page.locator('.bubble-body').all()) await title.getByText('Hello Bob!').waitFor();
  await page.getByText(`curl ${system.url}/v3/events`).waitFor();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const sent = page.getByRole('region', { name: 'Sent', exact: true });
  await sent.getByText('Done', { exact: true }).waitFor();
  await sent.getByText('Accepted 1').waitFor();
  expect(system.hook.requests()).toHaveLength(1);
  await sent.getByRole('link', { name: /^console-/ }).click();
  await heading(page, 'message.sent');
  await page.getByRole('rowheader', { name: 'bob' }).waitFor();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('link', { name: 'bob' }).click();
  await page.getByText(/^Sent to Bob/).waitFor();
  const phone = system.asUser(await logIn(system));
  await phone.put(MUTE, { conversations: [{ id: 'alice', type: 'oneOnOne', until: null }] });
  await page.getByRole('button', { name: 'Explain now' }).click();
  await page
    .getByText('Would not be sent: Bob muted Alice forever.')
    .or(page.getByText(/Bob muted alice/i))
    .waitFor();
  expect(await violations(page)).toEqual([]);

  await page.goto(`${console.url}/a/app123/send`);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await sent.getByText('Not notified 1').waitFor();
  await sent.getByRole('link', { name: /^console-/ }).click();
  await page.getByRole('link', { name: 'bob' }).click();
  const rung = page.getByRole('listitem').filter({ hasText: 'Is the conversation not muted?' });
  await rung.getByText('Mute preference').waitFor();
  expect(await rung.textContent()).toMatch(/forever.*no$/);
  expect(faults).toEqual([]);
});

inBrowser('every page is free of axe violations, by day on a laptop and by night on a phone', async () => {
  const { page, faults } = await console.open('admin', '/');
  await page.getByText('All queues are keeping up.').waitFor();
  await page.getByRole('region', { name: 'Live', exact: true }).getByRole('row').nth(1).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await violations(page)).toEqual([]);
  const pages = [
    { path: '/a/app123/events?type=message', title: 'Events', shows: 'message.sent' },
    { path: '/system', title: 'System', shows: 'sender' },
    { path: '/audit', title: 'Audit', shows: 'Create webhook' },
  ];
  for (const { path, title, shows } of pages) {
    await page.goto(console.url + path);
    await heading(page, title);
    await page.getByText(shows).first().waitFor();
    expect(await violations(page)).toEqual([]);
    // Nothing is wider than the screen.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  }
  expect(faults).toEqual([]);
});

inBrowser('an operator pauses a lane, is warned about calls, and sees what the processes run with', async () => {
  const { page, faults } = await console.open('admin', '/system');
  await page.getByRole('button', { name: 'Pause calls' }).click();
  const warning = page.getByRole('dialog', { name: 'Pause calls for all apps?' });
  await warning.getByText('No phone will ring.').waitFor();
  await warning.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Pause bulk' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause bulk' }).click();
  await page.getByText(/^The bulk lane has been paused since/).waitFor();
  await page.locator('summary', { hasText: 'ingest' }).click();
  await page.getByRole('row').filter({ hasText: 'FANFARE_ADMIN_KEY' }).getByText('a value that is not shown').waitFor();
  await page.getByRole('region', { name: 'Sweeper', exact: true }).getByText(/ms$/).first().waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Resume bulk' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume bulk' }).click();
  await page.getByText('All queues are keeping up.').waitFor();
  await page.goto(`${console.url}/audit`);
  await page.getByText('Resume lane').waitFor();
  expect(faults).toEqual([]);
});

inBrowser(
  'keys lead everywhere: the palette to a page, the query bar to an event, the question mark to help',
  async () => {
    const id = 'found-by-its-id';
    await system.backend.post('/v3/events', {
      id,
      type: 'message.sent',
      sentAt: Date.now(),
      sender: { uid: 'alice' },
      conversation: { type: 'user', id: 'carol' },
      message: { id: 'message-of-it', text: 'hi' },
    });
    const { page, faults } = await console.open('admin', '/system');
    await heading(page, 'System');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Go to' }).waitFor();
    await page.keyboard.type('eve');
    // There once the console knows the app.
    await page.getByRole('option', { name: 'Events', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await heading(page, 'Events');
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Find events' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type('sender:alice state:done');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\?sender=alice&state=done$/);
    await page
      .getByRole('searchbox')
      .or(page.getByRole('combobox', { name: 'Find events' }))
      .fill('message-of-it');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${console.url}/a/app123/events/${id}`);
    await heading(page, 'message.sent');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Help' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  },
);

inBrowser('a viewer sees everything, and cannot send', async () => {
  const { page, faults } = await console.open('viewer', '/a/app123/send');
  await page.getByText('Viewers cannot send.').waitFor();
  expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
  const refused = await page.evaluate(async () => {
    const { csrfToken } = (await (await fetch('/session')).json()) as { csrfToken: string };
    const headers = { appid: 'app123', 'x-csrf-token': csrfToken, 'content-type': 'application/json' };
    return (await fetch('/api/v3/events', { method: 'POST', headers, body: '{}' })).status;
  });
  expect(refused).toBe(403);
  // The browser notes the refusal; nothing else is amiss.
  expect(faults.filter((fault) => !fault.includes('403'))).toEqual([]);
});

inBrowser('the verdict and the live tail say that the webhook refuses, without reloading', async () => {
  const { page, faults } = await console.open('admin', '/');
  await page.getByText('All queues are keeping up.').waitFor();
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 503 } });
  const sentAt = Date.now();
  const refused = Array.from({ length: 20 }, (_, i) => ({
    id: `refused-${i}`,
    type: 'message.sent',
    sentAt,
    sender: { uid: 'alice' },
    conversation: { type: 'user', id: 'erin' },
    message: { id: `refused-message-${i}`, text: 'hi' },
  }));
  await system.backend.post('/v3/events', refused);
  await page.getByText(/^The webhook .+ of app123 has been refusing since .+ deliveries are waiting/).waitFor();
  await page.getByText('Will be retried').first().waitFor();
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
});
