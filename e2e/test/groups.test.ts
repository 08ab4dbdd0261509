import { expect, test } from '@jest/globals';
import { aGroupMessage, uids } from './support/events.ts';
import { startSystem } from './support/system.ts';

test('a message to a group of 100 besides the sender is 100 POSTs, each its own recipient, none twice', async () => {
  await using system = await startSystem();
  await system.backend.put('/v3/groups/hiking', { name: 'Hiking group' });
  await system.backend.loadMembers('hiking', ['alice', ...uids(100)]);
  const event = aGroupMessage('hiking');
  expect((await system.backend.post('/v3/events', event)).body.data.events).toEqual([
    { id: event.id, status: 'accepted' },
  ]);
  expect(await system.done(event.id)).toEqual({
    audience: 100,
    planned: 100,
    suppressed: {},
    accepted: 100,
    token_dead: 0,
    rejected: 0,
    expired: 0,
    superseded: 0,
    pending: 0,
  });
  const posts = system.hook.requests();
  expect(posts).toHaveLength(100);
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

test('with push off, with no provider, and for a group nobody has heard of, nothing is sent and it says why', async () => {
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
