import { publishRefusals, type Refusal, TOKENS_GUARDED } from '@fanfare/ledger';
import { limitMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { age } from '../src/server/pages/format.ts';
import { html } from '../src/server/pages/html.ts';
import { ask, logIn, queueDeliveries, startConsole } from './support/console.ts';

test('the overview shows every lane of every queue, summed across shards', async () => {
  await using console = await startConsole({ QUEUE_SHARDS: '2' });
  await queueDeliveries(console, { provider: 'custom', lane: 'chat', jobs: 1200, shard: 0 });
  await queueDeliveries(console, { provider: 'custom', lane: 'chat', jobs: 34, shard: 1 });

  const page = await (await ask(console, '/', { headers: await logIn(console) })).text();
  expect(page.match(/<th scope="row">(call|chat|bulk)/g)).toHaveLength(12);
  expect(page).toMatch(/Deliveries · Custom[\s\S]*<th scope="row">chat.*\n.*\n<td>1,234<\/td>/);
  expect(page).toContain('All queues are keeping up.');
});

test('the overview says which lane is late', async () => {
  await using console = await startConsole();
  await queueDeliveries(console, { provider: 'apns', lane: 'call', jobs: 1 });
  const [key = ''] = await console.redis.redis.keys('{p0}:deliveries-apns-call:e*-0');
  await console.redis.redis.hset(key, 'timestamp', Date.now() - 70_000);

  const content = await (await ask(console, '/overview', { headers: await logIn(console) })).text();
  expect(content).not.toContain('<html');
  expect(content).toContain('Waiting too long: Deliveries · APNs, call (1 min). Are the workers running?');
});

test('the overview says what a full Redis has stopped', async () => {
  await using console = await startConsole();
  await limitMemory(console.redis.redis, 0.78);
  const content = await (await ask(console, '/overview', { headers: await logIn(console) })).text();
  expect(content).toMatch(
    /Redis uses \d+ % of its memory: new events are refused, except calls; events for large groups/,
  );
});

test('the overview says of a guarded credential that its reports are doubted, not that it refuses', async () => {
  await using console = await startConsole();
  const guard: Refusal = { appId: 'app123', provider: 'apns', name: 'apns-1', reason: TOKENS_GUARDED, since: 0 };
  await publishRefusals(console.redis.redis, 'sender-1', [guard, { ...guard, name: 'apns-2' }], Date.now());
  const content = await (await ask(console, '/overview', { headers: await logIn(console) })).text();
  expect(content).toMatch(
    /The APNs credential apns-1 of app123 reports too many tokens dead to be believed since 1970-01-01 00:00 UTC/,
  );
  expect(content).toContain('no device is set aside. Is it the right key? The same is true of 1 more credential.');
  expect(content).not.toContain('refus');
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

test.each([
  [0, '–'],
  [999, '< 1 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [7_300_000, '2 h'],
  [200_000_000, '2 d'],
])('a wait of %d ms reads %s', (ms, text) => {
  expect(age(ms)).toBe(text);
});
