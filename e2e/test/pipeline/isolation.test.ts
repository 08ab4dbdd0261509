import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aCall, aGroupMessage, aMessage, uids } from '../support/events.ts';
import { createApp, startSystem } from '../support/system.ts';

test("one app's endpoint that hangs holds up neither another app nor its own calls", async () => {
  await using system = await startSystem({ env: { SENDER_CONCURRENCY_CHAT: '20', SENDER_CONCURRENCY_CALL: '20' } });
  const other = await createApp(system.admin, system.url, 'other');
  await other.post('/v3/notifications/push/v1/providers/custom', { webhookURL: `${system.hooks.url}/webhook/other` });
  system.hook.configure({ behaviour: { hang: true }, uids: { bob: {} } });
  await system.backend.put('/v3/groups/large', {});
  await system.backend.loadMembers('large', uids(500));
  const blast = aGroupMessage('large');
  await system.backend.post('/v3/events', blast);
  await until(() => system.hook.counts().received >= 15, 'the endpoint has all it is given');

  const message = aMessage();
  await other.post('/v3/events', message);
  const ring = aCall();
  await system.backend.post('/v3/events', ring);
  await until(() => system.hooks.endpoint('other').counts().answered[200] === 1, 'the other app is served');
  expect(await system.done(ring.id)).toMatchObject({ accepted: 1 });
  const { body } = await system.backend.get(`/v3/events/${blast.id}`);
  expect(body.data).toMatchObject({ counts: { accepted: 0, pending: 500 } });
});
