import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aGroupMessage, aMessage, uids } from '../support/events.ts';
import { PACK_SIZES, packsOf } from '../support/packs.ts';
import { startProcess } from '../support/process.ts';
import { BASIC_AUTH, jobsOf, loseJob, startSystem } from '../support/system.ts';

test.each(PACK_SIZES)(
  'a member who leaves between crash and resume shifts no one, %i per job',
  async (size) => {
    await using system = await startSystem({ apps: ['sender'], env: packsOf(size) });
    const members = uids(600).sort((a, b) => (a < b ? -1 : 1));
    // Small slices, so that the crash finds most of the group ahead.
    const env = { ...system.env, FANOUT_SLICE: '2' };
    await system.backend.put('/v3/groups/large', {});
    await system.backend.loadMembers('large', members);
    const event = aGroupMessage('large');
    await using fanout = await startProcess('fanout', env);
    await system.backend.post('/v3/events', event);
    await until(() => system.hook.counts().received >= 60, 'slices are being sent');
    await fanout.kill();
    // A member who was reached and leaves shifts no other; one who leaves before their slice comes is not notified.
    const [first, last] = [members[0] as string, members.at(-1) as string];
    await system.backend.delete(`/v3/groups/large/members/${first}`);
    await system.backend.delete(`/v3/groups/large/members/${last}`);
    await using _resumed = await startProcess('fanout', env);
    const counts = await system.done(event.id, 60_000);
    const { byUid } = system.hook.counts({ byUid: true });
    expect(byUid).toEqual(Object.fromEntries(members.slice(0, -1).map((uid) => [uid, 1])));
    expect(counts).toMatchObject({ audience: 599, planned: 599, accepted: 599, pending: 0 });
  },
  120_000,
);

test('a delivery whose job was removed by hand comes back by the sweeper', async () => {
  await using system = await startSystem({ apps: ['fanout'] });
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  const queued = async () => (await jobsOf(system, 'deliveries-custom-chat'))[0];
  const job = await until(queued, 'the delivery is queued');
  await loseJob(system, 'deliveries-custom-chat', job);
  await until(queued, 'the delivery is queued again');
  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(event.id)).toMatchObject({ accepted: 1 });
  expect(system.hook.counts().received).toBe(1);
});

test('an event whose job was lost before it was expanded comes back by the sweeper', async () => {
  await using system = await startSystem({ apps: [] });
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  const [job = ''] = await jobsOf(system, 'events-chat');
  await loseJob(system, 'events-chat', job);
  expect(await jobsOf(system, 'events-chat')).toEqual([]);
  await using _fanout = await startProcess('fanout', system.env);
  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(event.id, 60_000)).toMatchObject({ accepted: 1 });
}, 90_000);

test.each(PACK_SIZES)(
  'a sender told to stop finishes what it has in hand, and another goes on, %i per job',
  async (size) => {
    await using system = await startSystem({ apps: ['fanout'], env: packsOf(size) });
    system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { latencyMs: 300 } });
    await system.backend.put('/v3/groups/large', {});
    await system.backend.loadMembers('large', uids(400));
    const env = { ...system.env, SENDER_CONCURRENCY_CHAT: '20' };
    await using sender = await startProcess('sender', env);
    const event = aGroupMessage('large');
    await system.backend.post('/v3/events', event);
    await until(() => system.hook.counts().received >= 40, 'it is in the middle of sending');
    expect(await sender.stop()).toBe(0);
    await using _next = await startProcess('sender', env);
    expect(await system.done(event.id)).toMatchObject({ accepted: 400 });
    expect(system.hook.counts()).toMatchObject({ received: 400, acceptedTwice: 0 });
  },
  60_000,
);
