import { expect, test } from '@jest/globals';
import { aGroupMessage, uids } from '../support/events.ts';
import { acceptedDeliveries, allAccepted } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

/** The body of a POST, as far as these tests look at it. */
interface Received {
  data: { to: { uid: string }; notificationDetails: object };
}

test('a message to a group of 100 besides the sender is 100 POSTs, each its own recipient, none twice', async () => {
  await using system = await startSystem();
  await system.backend.put('/v3/groups/hiking', { name: 'Hiking group' });
  await system.backend.loadMembers('hiking', ['alice', ...uids(100)]);
  const event = aGroupMessage('hiking');
  expect((await system.backend.post('/v3/events', event)).body.data.events).toEqual([
    { id: event.id, status: 'accepted' },
  ]);
  expect(await system.done(event.id)).toEqual(allAccepted(100));
  expect(await acceptedDeliveries(system)).toBe(100);
  const posts = system.hook.requests();
  const recipients = posts.map(({ json }) => (json as { data: { to: { uid: string } } }).data.to.uid);
  expect(new Set(recipients)).toEqual(new Set(uids(100)));
});

test('who is deactivated or in a block relation with the sender is not in the audience', async () => {
  await using system = await startSystem();
  await system.backend.put('/v3/groups/hiking', { name: 'Hiking group' });
  await system.backend.loadMembers('hiking', ['alice', 'bob', 'carol', 'dave', 'erin']);
  await system.backend.put('/v3/users/carol', { deactivated: true });
  const block = (id: string, by: string, whom: string) => ({
    id,
    type: 'user.blocked',
    sentAt: 1741847453000,
    sender: { uid: by },
    members: [{ uid: whom }],
  });
  await system.backend.post('/v3/events', [block('b-1', 'alice', 'dave'), block('b-2', 'erin', 'alice')]);
  await system.done('b-1');
  await system.done('b-2');
  const event = aGroupMessage('hiking');
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ audience: 1, planned: 1, accepted: 1 });
  expect(system.hook.counts({ byUid: true }).byUid).toEqual({ bob: 1 });
});

test('group events keep the membership up to date', async () => {
  await using system = await startSystem();
  await system.backend.tellGroupActions();
  const change = (id: string, type: string, members: string[]) => ({
    id,
    type,
    sentAt: 1741847453000,
    sender: { uid: 'alice', name: 'Alice' },
    conversation: { type: 'group', id: 'hiking', name: 'Hiking group' },
    members: members.map((uid) => ({ uid })),
  });
  await system.backend.post('/v3/events', change('g-1', 'group.member_added', ['alice', 'bob', 'carol']));
  expect(await system.done('g-1')).toMatchObject({ audience: 2, accepted: 2 });
  await system.backend.post('/v3/events', change('g-2', 'group.member_kicked', ['carol']));
  expect(await system.done('g-2')).toMatchObject({ audience: 1, accepted: 1 });
  const { body } = await system.backend.get('/v3/groups/hiking/members');
  expect(body.data).toEqual([{ uid: 'alice' }, { uid: 'bob' }]);
});

const BY_ALICE = { uid: 'alice', name: 'Alice' };
const BY_DAVE = { uid: 'dave', name: 'Dave' };

test.each([
  // Before, who acts, what, the members afterwards, who is told, in what words.
  ['joined', ['alice', 'bob'], BY_DAVE, {}, ['alice', 'bob', 'dave'], ['alice', 'bob'], 'Dave has joined'],
  ['left', ['alice', 'bob', 'dave'], BY_DAVE, {}, ['alice', 'bob'], ['alice', 'bob'], 'Dave has left'],
  ['added', ['alice', 'bob'], BY_ALICE, {}, ['alice', 'bob', 'dave'], ['bob', 'dave'], 'Dave has been added'],
  ['kicked', ['alice', 'bob', 'dave'], BY_ALICE, {}, ['alice', 'bob'], ['bob'], 'Dave has been kicked'],
  ['banned', ['alice', 'bob', 'dave'], BY_ALICE, {}, ['alice', 'bob'], ['bob'], 'Dave has been banned'],
  ['unbanned', ['alice', 'bob'], BY_ALICE, {}, ['alice', 'bob'], ['bob'], 'Dave has been unbanned'],
  [
    'scope_changed',
    ['alice', 'bob', 'dave'],
    BY_ALICE,
    { scope: 'moderator', oldScope: 'participant' },
    ['alice', 'bob', 'dave'],
    ['bob', 'dave'],
    'Dave has been made moderator',
  ],
])('when a member is %s the remaining members are told', async (action, before, sender, scope, after, told, body) => {
  await using system = await startSystem();
  await system.backend.tellGroupActions();
  await system.backend.put('/v3/groups/hiking', { name: 'Hiking group' });
  await system.backend.loadMembers('hiking', before);
  const event = {
    id: 'g-1',
    type: `group.member_${action}`,
    sentAt: 1741847453000,
    sender,
    conversation: { type: 'group', id: 'hiking' },
    members: [{ ...BY_DAVE, ...scope }],
  };
  expect((await system.backend.post('/v3/events', event)).status).toBe(202);
  expect(await system.done('g-1')).toMatchObject({
    audience: told.length,
    planned: told.length,
    accepted: told.length,
  });
  const received = system.hook.requests().map(({ json }) => (json as Received).data);
  expect(received.map(({ to }) => to.uid).sort()).toEqual(told);
  for (const { notificationDetails } of received) {
    expect(notificationDetails).toEqual({
      title: 'Hiking group',
      body,
      sender: sender.uid,
      senderName: sender.name,
      receiver: 'hiking',
      receiverName: 'Hiking group',
      receiverType: 'group',
      tag: 'hiking',
      conversationId: 'group_hiking',
      type: 'chat',
      sentAt: '1741847453000',
    });
  }
  const members = (await system.backend.get('/v3/groups/hiking/members')).body.data;
  expect(members).toEqual(after.map((uid) => ({ uid })));
});

test('with push off, with no provider, and for an unknown group, nothing is sent and it says why', async () => {
  await using system = await startSystem();
  await system.admin.patch('/v3/apps/app123', { pushEnabled: false });
  const off = aGroupMessage('nowhere', { conversation: { type: 'user', id: 'bob' } });
  await system.backend.post('/v3/events', off);
  expect(await system.done(off.id)).toMatchObject({ audience: 1, planned: 0, suppressed: { PUSH_DISABLED: 1 } });
  await system.admin.patch('/v3/apps/app123', { pushEnabled: true });
  await system.backend.delete('/v3/notifications/push/v1/providers/custom');
  const none = aGroupMessage('nowhere', { conversation: { type: 'user', id: 'bob' } });
  await system.backend.post('/v3/events', none);
  expect(await system.done(none.id)).toMatchObject({ audience: 1, planned: 0, suppressed: { NO_TARGET: 1 } });
  const unknown = aGroupMessage('nowhere');
  await system.backend.post('/v3/events', unknown);
  expect(await system.done(unknown.id)).toMatchObject({ audience: 0, planned: 0 });
  expect(system.hook.counts().received).toBe(0);
});
