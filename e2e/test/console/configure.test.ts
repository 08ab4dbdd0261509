import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { noBrowser } from '../support/browser.ts';
import { ANDROID, logIn, register } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { BROWSER_TEST_MS, heading, startConsoleInBrowser, violations } from '../support/operator-console.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

const inBrowser = (name: string, run: () => Promise<void>) =>
  (noBrowser === undefined ? test : test.skip)(name, run, BROWSER_TEST_MS);
if (noBrowser !== undefined) process.stderr.write(`No test in a browser: ${noBrowser}.\n`);

let system: System;
let console: Awaited<ReturnType<typeof startConsoleInBrowser>>;
beforeAll(async () => {
  if (noBrowser !== undefined) return;
  system = await startSystem();
  console = await startConsoleInBrowser(system);
}, BROWSER_TEST_MS);
afterAll(async () => {
  await console?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
});

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

inBrowser('an operator adds each provider, a wrong file first, and tests it', async () => {
  const { page, faults } = await console.open('admin', '/a/app123/providers');
  await page.getByRole('button', { name: 'Add provider' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a provider' });
  const account = dialog.getByLabel(/^Service account/);
  await account.setInputFiles(file('google-services.json', '{"project_info":{}}'));
  await dialog.getByText('This is google-services.json').waitFor();
  await account.setInputFiles(file('key.json', JSON.stringify({ type: 'service_account', project_id: 'p' })));
  await dialog.getByText('It has no "client_email".').waitFor();
  const good = await system.hooks.fcm.demoServiceAccount('demo-project');
  await account.setInputFiles(file('key.json', JSON.stringify(good)));
  await dialog.getByText(/^Project demo-project/).waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Add FCM' }).click();
  await card(page, 'demo-project').getByText('Default').waitFor();

  await page.getByRole('button', { name: 'Add provider' }).click();
  await dialog.getByRole('button', { name: 'APNs', exact: true }).click();
  const { teamId, keyId, p8Key } = system.hooks.apns.demoApnsKey({ bundleIds: ['com.example.chat'] });
  await dialog.locator('input[type=file]').setInputFiles(file(`AuthKey_${keyId}.p8`, p8Key));
  await dialog.getByLabel('Key id').fill(keyId);
  await dialog.getByLabel('Team id').fill('short');
  await dialog.getByLabel('Bundle id').fill('com.example.chat');
  await dialog.getByRole('button', { name: 'Add APNs' }).click();
  // The API says which field is wrong; it stands beside it.
  await page
    .locator('.field', { has: page.getByLabel('Team id') })
    .locator('.problem')
    .waitFor();
  await dialog.getByLabel('Team id').fill(teamId);
  await dialog.getByRole('button', { name: 'Add APNs' }).click();
  await card(page, 'com.example.chat').getByText('Production').waitFor();

  await card(page, 'demo-project').getByRole('button', { name: 'Test', exact: true }).click();
  const testing = page.getByRole('dialog', { name: 'Test demo-project' });
  await testing.getByRole('button', { name: 'Token' }).click();
  await testing.getByLabel('Push token').fill('tok_android');
  await testing.getByRole('button', { name: 'Send test' }).click();
  await testing.getByText('Accepted', { exact: true }).waitFor();
  expect(system.hooks.fcm.requests()).toHaveLength(1);
  expect(await violations(page)).toEqual([]);
  // The answer of the API to the wrong team id.
  expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
});

inBrowser(
  'dead letters are replayed once their cause is mended, and the verdict names a webhook that stops',
  async () => {
    system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 422 } });
    const events = [aMessage(), aMessage(), aMessage()];
    for (const event of events) await system.backend.post('/v3/events', event);
    for (const { id } of events) expect(await system.done(id, BROWSER_TEST_MS)).toMatchObject({ rejected: 1 });
    const { page, faults } = await console.open('admin', '/a/app123/dead-letters');
    await page.getByRole('row', { name: /HTTP 422 .* At most \d in an hour/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    system.hook.configure({ basicAuth: BASIC_AUTH });
    await page.getByRole('button', { name: 'Replay all' }).click();
    const confirm = page.getByRole('dialog', { name: 'Replay 3 dead letters?' });
    await confirm.getByRole('button', { name: 'Replay 3' }).click();
    await page.getByRole('region', { name: 'Replaying all' }).getByText('3 of 3').waitFor();
    await page.getByText('No dead letters.').waitFor();
    for (const { id } of events) expect(await system.done(id)).toMatchObject({ accepted: 1 });

    await page.goto(console.url);
    await page.getByText('All queues are keeping up.').waitFor();
    system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 503 } });
    const stoppedAt = performance.now();
    for (let n = 0; n < 20; n++) await system.backend.post('/v3/events', aMessage());
    await page.getByText(/^The webhook .* has been refusing since/).waitFor({ timeout: 10_000 });
    const seconds = ((performance.now() - stoppedAt) / 1000).toFixed(1);
    process.stdout.write(`The verdict names the webhook ${seconds} s after it stopped.\n`);
    await page.goto(`${console.url}/a/app123/providers`);
    await card(page, 'Webhook').getByText('HTTP 503').waitFor();
    system.hook.configure({ basicAuth: BASIC_AUTH });
    expect(faults).toEqual([]);
  },
);

inBrowser('settings are edited with a preview, compared and saved; keys are shown once; a user is erased', async () => {
  await system.backend.put('/v3/users/bob', { name: 'Bob' });
  const { page, faults } = await console.open('admin', '/a/app123/settings?tab=templates');
  await page.getByLabel('Body', { exact: true }).fill('Says: {{message.data.text}}');
  await page.getByText('Says: See you at six').first().waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Review and save' }).click();
  const review = page.getByRole('dialog', { name: 'Save 1 change?' });
  await review.getByText('templates › textMessageTemplateDefault › body').waitFor();
  await review.getByRole('button', { name: 'Save 1 change' }).click();
  await page.getByText('not saved yet').waitFor({ state: 'hidden' });
  const { data } = (await system.backend.get('/v3/notifications/v1/settings')).body;
  expect(data.templates.textMessageTemplateDefault.body).toBe('Says: {{message.data.text}}');
  for (const tab of ['preferences', 'delivery']) {
    await page.goto(`${console.url}/a/app123/settings?tab=${tab}`);
    await page.getByRole('combobox').nth(1).waitFor();
    expect(await violations(page)).toEqual([]);
  }

  // What the API refuses stands at its field.
  const save = async () => {
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save 1 change' }).click();
  };
  const members = page.locator('.field', { has: page.getByLabel('URL that lists the members of a group') });
  await members.getByRole('textbox').fill('ftp://chat.example.com/members');
  await save();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await members.locator('.problem').waitFor();
  expect(await violations(page)).toEqual([]);
  await members.getByRole('textbox').fill('https://chat.example.com/members');
  await save();
  await page.getByText('not saved yet').waitFor({ state: 'hidden' });
  await page.goto(`${console.url}/a/app123/settings?tab=preferences`);
  const custom = page.locator('.field', { has: page.getByLabel('Custom data (customJson)') });
  await custom.getByRole('textbox').fill('["no object"]');
  await save();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await custom.locator('.problem').waitFor();
  await custom.getByRole('textbox').fill('{"theme": "dark"}');
  await save();
  await page.getByText('not saved yet').waitFor({ state: 'hidden' });
  const saved = (await system.backend.get('/v3/notifications/v1/settings')).body.data;
  expect(saved.membership).toEqual({ url: 'https://chat.example.com/members', signed: false });
  expect(saved.preferences.push.customJson).toEqual({ theme: 'dark' });

  await page.goto(`${console.url}/a/app123/keys`);
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click();
  const key = await page.getByRole('region', { name: 'API key', exact: true }).textContent();
  expect((await fetch(`${system.url}/v3/stats`, { headers: { apikey: key ?? '' } })).status).toBe(200);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('it is shown this once').waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(key);
  expect(await violations(page)).toEqual([]);

  await register(system, await logIn(system), { ...ANDROID, providerId: 'demo-project' });
  await page.goto(`${console.url}/a/app123/people`);
  const all = card(page, 'All users');
  await all.getByRole('row').filter({ hasText: 'Bob' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await all.getByRole('link', { name: 'bob', exact: true }).click();
  await heading(page, 'Bob');
  await page.getByRole('row').filter({ hasText: 'tok_android' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Erase this user' }).click();
  const erase = page.getByRole('dialog', { name: 'Erase bob?' });
  await erase.getByLabel('uid').fill('bib');
  await erase.getByRole('button', { name: 'Erase bob' }).click();
  await erase.getByText('Type bob to erase the user.').waitFor();
  await erase.getByLabel('uid').fill('bob');
  await erase.getByRole('button', { name: 'Erase bob' }).click();
  await heading(page, 'People');
  expect((await system.backend.get('/v3/users/bob')).status).toBe(404);
  await page.goto(`${console.url}/apps`);
  await page.getByRole('row').filter({ hasText: 'app123' }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(faults.filter((fault) => !/40[04]/.test(fault))).toEqual([]);
});

inBrowser('a viewer sees the same pages and can change nothing', async () => {
  await system.backend.put('/v3/users/carol', { name: 'Carol' });
  const { page, faults } = await console.open('viewer', '/a/app123/providers');
  const pages = [
    '/a/app123/providers',
    '/a/app123/people',
    '/a/app123/people/carol',
    '/a/app123/dead-letters',
    '/a/app123/keys',
    '/apps',
  ];
  for (const path of pages) {
    await page.goto(console.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Viewer: nothing can be changed').waitFor();
    // The page has read its data: buttons stand beside it.
    await page.getByRole('main').locator('.facts, tbody tr, .notice.good').first().waitFor();
    const buttons = await page.getByRole('main').getByRole('button').allTextContents();
    const changing = buttons.filter((words) =>
      /add|create|delete|revoke|drop|replay|test|end|erase|switch|restore|disable|enable|default|change/i.test(words),
    );
    expect([path, changing]).toEqual([path, []]);
  }
  await page.goto(`${console.url}/a/app123/settings`);
  await page.getByRole('combobox', { name: 'In groups: Messages' }).waitFor();
  expect(await page.locator('main').locator('select:enabled, input:enabled, textarea:enabled').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
});
