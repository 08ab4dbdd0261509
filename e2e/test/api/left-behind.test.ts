import * as fanout from '@fanfare/fanout/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aGroupMessage } from '../support/events.ts';
import { AsyncDisposals } from '../support/process.ts';
import { createApp, startSystem } from '../support/system.ts';

const HIKING = { type: 'group', id: 'hiking' };

const kick = (uid: string) => ({
  id: `kick-${uid}`,
  type: 'group.member_kicked',
  sentAt: Date.now(),
  sender: { uid: 'alice' },
  conversation: HIKING,
  members: [{ uid }],
});

test('a user who was kicked out is not notified of edits and reactions, but of what is taken back', async () => {
  await using system = await startSystem();
  await system.backend.put('/v3/groups/hiking', {});
  await system.backend.loadMembers('hiking', ['alice', 'bob', 'carol']);
  const message = aGroupMessage('hiking', { sender: { uid: 'bob' }, message: { id: '7', text: 'old' } });
  const told = async (event: { id: string }) => {
    system.hook.clear();
    await system.backend.post('/v3/events', event);
    await system.done(event.id);
    return Object.keys(system.hook.counts({ byUid: true }).byUid ?? {}).sort((a, b) => a.localeCompare(b));
  };
  expect(await told(message)).toEqual(['alice', 'carol']);
  await told(kick('carol'));
  await told(kick('bob'));
  expect(await told({ ...message, id: 'e-1', type: 'message.edited' } as typeof message)).toEqual(['alice']);
  const reaction = { id: 'r-1', reaction: '😎', messageId: '7' };
  expect(
    await told({
      ...aGroupMessage('hiking'),
      id: 'r-1',
      type: 'reaction.added',
      message: undefined,
      reaction,
    } as never),
  ).toEqual([]);
  expect(await told({ ...message, id: 'd-1', type: 'message.deleted' } as typeof message)).toEqual(['alice', 'carol']);
});

test('an event of a deleted app changes nothing', async () => {
  await using system = await startSystem({ apps: [] });
  const { admin, url, redis, env } = system;
  const gone = await createApp(admin, url, 'gone');
  const joined = { ...kick('eve'), id: 'join-eve', type: 'group.member_joined' };
  expect((await gone.post('/v3/events', joined)).status).toBe(202);
  const appId = await redis.redis.hget('{apps}:ids', 'gone');
  await admin.delete('/v3/apps/gone');
  await using disposals = new AsyncDisposals();
  const worker = await fanout.start(fanout.readConfig(env));
  disposals.add({ [Symbol.asyncDispose]: () => worker.close() });
  await until(async () => (await redis.redis.zcard('{p0}:open:chat')) === 0, 'the event is done');
  expect(await redis.redis.keys(`*{${appId}:*`)).toEqual([]);
});
