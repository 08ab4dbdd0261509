import { expect, test } from '@jest/globals';
import { noBrowser, openTab, violations } from './support/browser.ts';
import { PASSWORD, queueDeliveries, startConsole } from './support/console.ts';

const inBrowser = noBrowser === undefined ? test : test.skip;
if (noBrowser !== undefined) process.stderr.write(`No test in a browser: ${noBrowser}.\n`);

inBrowser(
  'an operator logs in, sees the queues and looks into a waiting job, and can change nothing',
  async () => {
    await using console = await startConsole();
    await queueDeliveries(console, { provider: 'custom', lane: 'chat', jobs: 3 });
    await using tab = await openTab();
    const { page } = tab;

    await page.goto(`${console.url}/queues`);
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`${console.url}/queues`);
    await page.goto(`${console.url}/queues/queue/deliveries-custom-chat?status=waiting`);
    await page.getByText('e0123456789abcdef-2').first().waitFor();
    await page.getByText('ordinal').first().waitFor();
    // Its buttons to change things have no names: what is left is to copy the data, and the menu with the link home.
    const card = page.locator('//*[text()="e0123456789abcdef-2"]/ancestor::*[.//*[@role="tab"]][1]');
    expect(await card.locator('button:not([role=tab])').count()).toBe(1);
    expect(await page.locator('button[aria-haspopup=menu]').count()).toBe(1);
    // By day on a laptop, by night on a phone: what Bull Board leaves without a name or a heading has one.
    await page.locator('header a [role=heading]').waitFor({ state: 'detached' });
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${console.url}/queues`);
    await page.getByRole('heading', { level: 1, name: 'Fanfare queues' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(tab.errors).toEqual([]);
    expect(tab.foreign).toEqual([]);
  },
  120_000,
);
