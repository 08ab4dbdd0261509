import { findEvent } from '@fanfare/ledger';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { type ChatBackend, SECRET, startChatBackend } from '../support/chat-backend.ts';
import { aGroupMessage, uids } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

const SETTINGS = '/v3/notifications/v1/settings';

/** Has the app ask the backend; more settings of it. */
async function pullFrom({ backend }: System, { url }: ChatBackend, more: object = {}): Promise<void> {
  const answer = await backend.patch(SETTINGS, { membership: { url, secret: SECRET }, ...more });
  expect(answer).toMatchObject({ status: 200 });
}

const once = (people: readonly string[]) => Object.fromEntries(people.map((uid) => [uid, 1]));
const told = (system: System) => system.hook.counts({ byUid: true }).byUid;

async function post(system: System, event: { id: string }): Promise<string> {
  expect((await system.backend.post('/v3/events', event)).status).toBe(202);
  return event.id;
}

/** The lane an event is in. */
async function laneOf({ appId, redis: { redis } }: System, id: string): Promise<string | null> {
  return redis.hget(`{p0}:ev:${(await findEvent(redis, appId, id))?.key}`, 'lane');
}

test('an event for a group that was never loaded reaches the members the backend names, page by page', async () => {
  // Pages of seven in slices of two: pages end within slices, and a turn within pages.
  await using source = await startChatBackend(7);
  await using system = await startSystem({ env: { FANOUT_SLICE: '2' } });
  await pullFrom(system, source);
  source.groups.set('hiking', ['alice', ...uids(30)]);
  const id = await post(system, aGroupMessage('hiking'));
  expect(await system.done(id)).toMatchObject({ audience: 30, planned: 30, accepted: 30, suppressed: {} });
  expect(told(system)).toEqual(once(uids(30)));
  expect(source.refused).toBe(0);
  expect(source.queries[0]).toBe('tenant=7&guid=hiking');
  expect(new Set(source.queries).size).toBe(5);
  expect((await system.backend.get('/v3/users/member-1')).status).toBe(404);
});

test('the secret is in no answer, and another one is refused by the backend', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem();
  await pullFrom(system, source, { deadlines: { message: { leaveMs: 2000, holdMs: 0 } } });
  const { body } = await system.backend.get(SETTINGS);
  expect(body.data.membership).toEqual({ url: source.url, signed: true });
  expect(JSON.stringify(body)).not.toContain(SECRET.slice('whsec_'.length));

  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  await system.backend.patch(SETTINGS, { membership: { url: source.url, secret: other } });
  source.groups.set('hiking', ['bob']);
  const id = await post(system, aGroupMessage('hiking'));
  expect(await system.done(id)).toMatchObject({ audience: 0 });
  expect(source.refused).toBeGreaterThan(0);
});

test('group actions leave our own lists alone, and those are not used', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem();
  const members = async () => (await system.backend.get('/v3/groups/hiking/members')).body.data;
  await system.backend.put('/v3/groups/hiking', { name: 'Hiking group' });
  await system.backend.loadMembers('hiking', ['erin']);
  await pullFrom(system, source, {
    preferences: { group: { memberAddedSetting: 2, memberKickedSetting: 2 } },
  });
  source.groups.set('hiking', ['alice', 'bob', 'dave']);
  const action = (id: string, type: string, uid: string) => ({
    ...{ id, type, sentAt: 1741847453000, sender: { uid: 'alice' } },
    ...{ conversation: { type: 'group', id: 'hiking' }, members: [{ uid }] },
  });
  expect(await system.done(await post(system, action('g-1', 'group.member_added', 'dave')))).toMatchObject({
    audience: 2,
  });
  expect(await system.done(await post(system, action('g-2', 'group.member_kicked', 'erin')))).toMatchObject({
    audience: 2,
  });
  expect(told(system)).toEqual({ bob: 2, dave: 2 });
  expect(await members()).toEqual([{ uid: 'erin' }]);
});

test('an event for a group of unknown size starts as chat and moves to bulk; the next one starts there', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem({ env: { BULK_AUDIENCE: '10' } });
  await pullFrom(system, source);
  source.groups.set('large', uids(50));
  source.up = false;
  const first = await post(system, aGroupMessage('large'));
  expect(await laneOf(system, first)).toBe('chat');
  source.up = true;
  expect(await system.done(first)).toMatchObject({ audience: 50, accepted: 50 });
  expect(await laneOf(system, first)).toBe('bulk');
  expect(told(system)).toEqual(once(uids(50)));

  source.up = false;
  const second = await post(system, aGroupMessage('large'));
  expect(await laneOf(system, second)).toBe('bulk');
  source.up = true;
  expect(await system.done(second)).toMatchObject({ audience: 50, accepted: 50 });

  source.groups.set('small', uids(10));
  const small = await post(system, aGroupMessage('small'));
  expect(await system.done(small)).toMatchObject({ audience: 10 });
  expect(await laneOf(system, small)).toBe('chat');
});

test('a group larger than the app allows is left out once it has been walked, until it has shrunk', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem();
  await pullFrom(system, source, { maxGroupSize: 5 });
  const counts = async (members: string[]) => {
    source.groups.set('hiking', members);
    const { audience, suppressed } = await system.done(await post(system, aGroupMessage('hiking')));
    return { audience, suppressed };
  };
  expect(await counts(['alice', ...uids(5)])).toEqual({ audience: 5, suppressed: {} });
  expect(await counts(['alice', ...uids(5)])).toEqual({ audience: 5, suppressed: { GROUP_TOO_LARGE: 5 } });
  expect(await counts(['alice', ...uids(4)])).toEqual({ audience: 4, suppressed: { GROUP_TOO_LARGE: 4 } });
  expect(await counts(['alice', ...uids(4)])).toEqual({ audience: 4, suppressed: {} });
});

test('a user who was erased is not notified where the backend lists them, until they are created again', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem();
  await pullFrom(system, source);
  await system.backend.put('/v3/users/bob', { name: 'Bob' });
  expect((await system.backend.delete('/v3/users/bob')).status).toBe(200);
  expect((await system.backend.get('/v3/users/bob')).status).toBe(404);
  source.groups.set('hiking', ['alice', 'bob']);
  const id = await post(system, aGroupMessage('hiking'));
  expect(await system.done(id)).toMatchObject({ audience: 0, accepted: 0 });
  expect((await system.backend.get('/v3/users/bob')).status).toBe(404);
  await system.backend.put('/v3/users/bob', {});
  const again = await post(system, aGroupMessage('hiking'));
  expect(await system.done(again)).toMatchObject({ audience: 1, accepted: 1 });
});

test('what was queued before an event moved to bulk is not queued a second time', async () => {
  await using source = await startChatBackend(7);
  await using system = await startSystem({
    apps: ['fanout'],
    // A job per delivery, so that the jobs can be counted.
    env: { FANOUT_SLICE: '2', BULK_AUDIENCE: '10', PACK_CHAT: '1', PACK_BULK: '1' },
  });
  const { redis } = system.redis;
  await pullFrom(system, source);
  source.groups.set('hiking', uids(30));
  const id = await post(system, aGroupMessage('hiking'));
  const { key = '' } = (await findEvent(redis, system.appId, id)) ?? {};
  await until(async () => (await redis.hget(`{p0}:ev:${key}`, 'full')) === '1', 'the event is planned');
  const looks = new Set<string | null>();
  await until(
    async () => looks.add(await redis.zscore(`{p0}:open-looks:bulk:${system.appId}`, key)).size > 3,
    'the sweeper has looked',
  );
  expect(await laneOf(system, id)).toBe('bulk');
  const jobs = await redis.keys(`{p0}:deliveries-custom-*:${key}-*`);
  expect(new Set(jobs.map((job) => job.slice(job.lastIndexOf(':')))).size).toBe(30);
  expect(jobs).toHaveLength(30);
});
