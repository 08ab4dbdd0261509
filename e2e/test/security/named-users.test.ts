import { expect, test } from '@jest/globals';
import { aGroupMessage, aMessage, uids } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

const MANY = 5000;

const byText = (a: string, b: string) => a.localeCompare(b);

const userKeys = async ({ redis }: { redis: { redis: { keys(pattern: string): Promise<string[]> } } }) =>
  (await redis.redis.keys('user:*')).map((key) => key.replace(/^.*:(.*)}$/, '$1')).toSorted(byText);

test('no request that names thousands of users writes a key for each', async () => {
  await using system = await startSystem({ apps: [] });
  const { backend, redis } = system;
  await backend.put('/v3/groups/hiking', {});
  const before = await redis.redis.dbsize();
  const members = uids(MANY).map((uid) => ({ uid }));
  const events = [
    aMessage({ recipients: uids(MANY) }),
    aGroupMessage('hiking', { message: { id: '7', type: 'text', text: 'hi', mentions: uids(MANY) } }),
    { ...aGroupMessage('hiking'), type: 'group.member_added', message: undefined, members: members.slice(0, 1000) },
  ];
  expect((await backend.post('/v3/events', events)).body.data.events).toMatchObject(
    events.map(({ id }) => ({ id, status: 'accepted' })),
  );
  expect((await backend.post('/v3/groups/hiking/members', { participants: uids(MANY) })).status).toBe(200);
  expect((await backend.loadMembers('hiking', uids(MANY))).status).toBe(200);
  expect(await userKeys(system)).toEqual([]);
  expect((await redis.redis.dbsize()) - before).toBeLessThan(60);
});

test('users without a record are recipients like any other; the erased and the deactivated are not', async () => {
  await using system = await startSystem();
  const { backend, hook } = system;
  await backend.put('/v3/groups/hiking', {});
  await backend.loadMembers('hiking', ['alice', 'ann', 'gone', 'off', 'zoe']);
  await backend.put('/v3/users/off', { deactivated: true });
  await backend.delete('/v3/users/gone');
  // Listed again by a backend that does not know of the erasure.
  await backend.post('/v3/groups/hiking/members', { participants: ['gone'] });
  const message = aGroupMessage('hiking');
  await backend.post('/v3/events', message);
  expect(await system.done(message.id)).toMatchObject({ audience: 2, accepted: 2 });
  expect(Object.keys(hook.counts({ byUid: true }).byUid ?? {}).toSorted(byText)).toEqual(['ann', 'zoe']);
  expect(await userKeys(system)).toEqual(['gone', 'off']);

  const explained = await backend.post('/v3/explain', { uid: 'gone', event: { ...message, id: 'later' } });
  expect(explained.body.data).toMatchObject({ decision: 'not_in_audience', reason: 'erased' });
  await backend.put('/v3/users/gone', {});
  const again = await backend.post('/v3/explain', { uid: 'gone', event: { ...message, id: 'later' } });
  expect(again.body.data).toMatchObject({ decision: 'sent' });
});
