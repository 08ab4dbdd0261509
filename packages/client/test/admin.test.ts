import { expect, test } from '@jest/globals';
import { FanfareAdmin } from '../src/index.ts';
import { startServer } from './test-server.ts';

const KEY = 'an admin key for tests, long enough';

test('the operator calls system-wide routes with the admin key alone, and those of an app with its id', async () => {
  await using server = await startServer({ body: { data: [], meta: {} } });
  const admin = new FanfareAdmin({ url: server.url, adminKey: KEY });
  await admin.system();
  await admin.app('app123').events();
  const [system, events] = server.requests;
  expect(system?.headers).toMatchObject({ adminkey: KEY });
  expect(system?.headers).not.toHaveProperty('appid');
  expect(system?.headers).not.toHaveProperty('actor');
  expect(events?.headers).toMatchObject({ adminkey: KEY, appid: 'app123' });
});

test('the operator names who acts; a name that cannot be a header is refused', async () => {
  await using server = await startServer({ body: { data: [], meta: {} } });
  const options = { url: server.url, adminKey: KEY };
  await new FanfareAdmin({ ...options, actor: 'erin, night shift' }).app('app123').events();
  expect(server.requests[0]?.headers.actor).toBe('erin, night shift');
  expect(() => new FanfareAdmin({ ...options, actor: 'Zoë' })).toThrow('actor: must be printable ASCII');
});

test('filters are encoded, lists separated by commas, and what is left out is not sent', async () => {
  await using server = await startServer({ body: { data: [], meta: { cursor: 'c' } } });
  const app = new FanfareAdmin({ url: server.url, adminKey: KEY }).app('app123');
  const page = await app.events({ sender: 'a b', type: ['message.sent', 'call.initiated'], limit: 5 });
  expect(page).toEqual({ data: [], meta: { cursor: 'c' } });
  await app.recipients('m/1', { state: ['rejected', 'expired'], cursor: 'x' });
  await app.trace('m/1', 'bob?');
  await app.stats({ by: ['lane', 'outcome'], step: '1h' });
  await app.outcomes();
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/v3/events?sender=a+b&type=message.sent%2Ccall.initiated&limit=5',
    '/v3/events/m%2F1/recipients?state=rejected%2Cexpired&cursor=x',
    '/v3/events/m%2F1/recipients/bob%3F',
    '/v3/stats?step=1h&by=lane%2Coutcome',
    '/v3/outcomes',
  ]);
});

test('providers are named by kind and id; the webhook has no id', async () => {
  await using server = await startServer({ body: { data: { pushProviders: [] } } });
  const app = new FanfareAdmin({ url: server.url, adminKey: KEY }).app('app123');
  await app.createProvider('custom', { webhookURL: 'https://chat.example.com/push' });
  await app.testProvider('custom', 'custom');
  await app.testProvider('apns', 'a/1', { platform: 'apns_ios_device', token: 't' });
  await app.testProvider('fcm', 'fcm-1', { uid: 'bob', dryRun: true });
  await app.deleteProvider('fcm', 'fcm-1');
  const base = '/v3/notifications/push/v1/providers';
  expect(server.requests.map(({ method, path, body }) => [method, path.replace(base, ''), body])).toEqual([
    ['POST', '/custom', { webhookURL: 'https://chat.example.com/push' }],
    ['POST', '/custom/test', {}],
    ['POST', '/apns/a%2F1/test', { platform: 'apns_ios_device', token: 't' }],
    ['POST', '/fcm/fcm-1/test', { uid: 'bob', dryRun: true }],
    ['DELETE', '/fcm/fcm-1', undefined],
  ]);
});

test('a refusal is an error with the code of the server', async () => {
  const refused = { error: { code: 'AUTH_ERR_APIKEY_NOT_FOUND', message: 'adminkey: is not right' } };
  await using server = await startServer({ status: 401, body: refused });
  const admin = new FanfareAdmin({ url: server.url, adminKey: KEY });
  await expect(admin.apps()).rejects.toMatchObject({ code: 'AUTH_ERR_APIKEY_NOT_FOUND', status: 401 });
});

const sample = (uid: string) => ({
  id: `e-${uid}`,
  eventId: 'e',
  uid,
  provider: 'fcm',
  reason: 'r',
  attempts: 1,
  at: 1,
});
const group = (reason: string, count: number, first: number, last: number) => ({
  ...{ provider: 'fcm', reason, count, first, last },
  byHour: [{ at: 3600, count: 1 }, ...(count > 1 ? [{ at: last, count: count - 1 }] : [])],
  sample: sample(`${reason} at ${last}`),
});

test('the groups of dead letters are added up over all requests, the largest first', async () => {
  await using server = await startServer(
    { body: { data: [group('a', 3, 3700, 7200), group('b', 4, 3700, 7200)], meta: { counted: 7, cursor: 'next' } } },
    { body: { data: [group('a', 5, 3600, 10_800)], meta: { counted: 5 } } },
  );
  const groups = await new FanfareAdmin({ url: server.url, adminKey: KEY }).app('app123').deadLetterGroups();
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/v3/dead-letters/summary',
    '/v3/dead-letters/summary?cursor=next',
  ]);
  expect(groups).toEqual([
    {
      ...{ provider: 'fcm', reason: 'a', count: 8, first: 3600, last: 10_800 },
      byHour: [
        { at: 3600, count: 2 },
        { at: 7200, count: 2 },
        { at: 10_800, count: 4 },
      ],
      sample: sample('a at 10800'),
    },
    group('b', 4, 3700, 7200),
  ]);
});

test('the groups of dead letters have no hours when an older ingest has counted some of them', async () => {
  const { byHour: _, ...older } = group('a', 3, 3700, 7200);
  await using server = await startServer(
    { body: { data: [older, group('b', 1, 3700, 3700)], meta: { counted: 4, cursor: 'next' } } },
    { body: { data: [group('a', 5, 3600, 10_800)], meta: { counted: 5 } } },
  );
  const groups = await new FanfareAdmin({ url: server.url, adminKey: KEY }).app('app123').deadLetterGroups();
  const { byHour: __, ...added } = group('a', 8, 3600, 10_800);
  expect(groups).toEqual([added, group('b', 1, 3700, 3700)]);
});
