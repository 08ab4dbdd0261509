import { FanfareAdmin } from '@fanfare/client';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { ACCESS } from '../support/access-table.ts';
import { aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

test('the client of the operator has every route of the operator, and answers what happened to an event', async () => {
  await using system = await startSystem();
  const called: string[] = [];
  const fetch = (input: string | URL | Request, init?: RequestInit) => {
    called.push(`${init?.method} ${new URL(String(input)).pathname}`);
    return globalThis.fetch(input, init);
  };
  const admin = new FanfareAdmin({ url: system.url, adminKey: system.env.FANFARE_ADMIN_KEY, fetch });
  const { processes, verdict } = await admin.system();
  expect(verdict[0]?.level).toBe('ok');
  expect(processes.map(({ role }) => role)).toEqual(['ingest', 'fanout', 'sender']);
  expect((await admin.configuration()).map(({ role }) => role)).toEqual(['ingest', 'fanout', 'sender']);
  await admin.pauseLane('bulk');
  await admin.resumeLane('bulk');
  expect(await admin.createApp({ appId: 'shop' })).toMatchObject({ appId: 'shop', pushEnabled: true });
  expect((await admin.apps({ limit: 1 })).meta).toEqual({ cursor: 'app123' });
  expect(await admin.changeApp('shop', { name: 'Shop' })).toMatchObject({ name: 'Shop' });
  expect(await admin.readApp('shop')).toMatchObject({ name: 'Shop' });
  const { id, apiKey } = await admin.createApiKey('shop', { scopes: ['publish'] });
  expect(apiKey).toMatch(/^fk_/);
  expect((await admin.apiKeys('shop')).data.map((key) => key.id)).toEqual([id]);
  await admin.revokeApiKey('shop', id);
  expect((await admin.audit({ appId: 'shop' })).data[0]).toMatchObject({ who: 'admin', appId: 'shop' });
  await admin.deleteApp('shop');
  const routes = called.map((route) =>
    route
      .replace(/apps\/shop/, 'apps/:appId')
      .replace('lanes/bulk', 'lanes/:lane')
      .replace(`/${id}`, '/:keyId'),
  );
  const ofOperator = [...ACCESS].filter(([, access]) => access === 'admin').map(([route]) => route);
  expect(ofOperator.filter((route) => !routes.includes(route))).toEqual([]);

  const event = aMessage();
  await system.backend.post('/v3/events', event);
  await system.done(event.id);
  const app = admin.app('app123');
  const [listed] = (await app.events({ sender: 'alice', state: ['done'] })).data;
  expect(listed).toMatchObject({ id: event.id, type: 'message.sent', counts: { accepted: 1 } });
  expect((await app.recipients(event.id)).data).toMatchObject([{ uid: 'bob', decision: 'sent', state: 'accepted' }]);
  expect((await app.trace(event.id, 'bob')).sentence).toBe('Sent to Bob: 1 of 1 target accepted it.');
  expect((await app.event(event.id)).state).toBe('done');
  expect((await app.stats({ step: '1h' })).step).toBe('1h');
  expect(Array.isArray((await app.outcomes()).data)).toBe(true);
  expect((await app.deadLetters()).data).toEqual([]);
  expect(await app.deadLetterSummary()).toEqual({ data: [], meta: { counted: 0 } });
  await system.backend.put('/v3/users/carol', { name: 'Carol' });
  expect((await app.users({ limit: 500 })).data).toEqual([await app.user('carol')]);
  const { id: replay } = await app.replay({ filter: {} });
  expect(await app.stopReplay(replay)).toMatchObject({ id: replay, replayed: 0 });
  await until(async () => (await app.replayProgress(replay)).state !== 'running', 'the replay has ended');
  expect(await app.dropDeadLetters({ filter: {} })).toEqual({ dropped: 0 });
});
