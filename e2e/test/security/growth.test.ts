import * as fanout from '@fanfare/fanout/app';
import { limitMemory, until } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import type { Api } from '../support/api.ts';
import { ANDROID, addPushProviders } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage, uids } from '../support/events.ts';
import { createApp, startSystem } from '../support/system.ts';

const exceeded = (kind: string) => ({
  status: 403,
  body: { error: { code: 'ERR_QUOTA_EXCEEDED', message: expect.stringContaining(kind) } },
});

describe('an app that has as many as it may', () => {
  const QUOTAS = {
    QUOTA_USERS_PER_APP: '3',
    QUOTA_GROUPS_PER_APP: '2',
    QUOTA_MEMBERS_PER_APP: '5',
    QUOTA_DEVICES_PER_USER: '2',
  };

  test('users gets no other, by whatever route, and keeps those it has', async () => {
    await using system = await startSystem({ apps: [], env: QUOTAS });
    const { backend } = system;
    await addPushProviders(system);
    for (const uid of uids(3)) expect((await backend.put(`/v3/users/${uid}`, {})).status).toBe(200);
    const token = { ...ANDROID, fcmToken: 't1' };
    expect(await backend.put('/v3/users/x', {})).toMatchObject(exceeded('users'));
    expect(await backend.post('/v3/users/x/auth_tokens', {})).toMatchObject(exceeded('users'));
    expect(await backend.post('/v3/users/x/blockedusers', { blockedUids: ['y'] })).toMatchObject(exceeded('users'));
    expect(await backend.post('/v3/notifications/push/v1/tokens?uid=x', token)).toMatchObject(exceeded('users'));
    expect(await backend.patch('/v3/notifications/v1/preferences?uid=x', {})).toMatchObject(exceeded('users'));
    const mute = { conversations: [{ id: 'y', type: 'oneOnOne', until: Date.now() + 60_000 }] };
    expect(await backend.put('/v3/notifications/v1/preferences/mute?uid=x', mute)).toMatchObject(exceeded('users'));
    const zone = { timezone: 'Asia/Tokyo' };
    expect(await backend.patch('/v3/notifications/v1/preferences/timezone?uid=x', zone)).toMatchObject(
      exceeded('users'),
    );
    expect(await backend.post('/v3/messages/1/thread/subscription?uid=x', {})).toMatchObject(exceeded('users'));
    const block = { id: 'b1', type: 'user.blocked', sentAt: Date.now(), sender: { uid: 'x' }, members: [{ uid: 'y' }] };
    const { body } = await backend.post('/v3/events', [block, aMessage()]);
    expect(body.data.events).toMatchObject([
      { status: 'rejected', error: { code: 'ERR_QUOTA_EXCEEDED' } },
      { status: 'accepted' },
    ]);
    expect((await backend.put('/v3/users/member-1', { name: 'One' })).status).toBe(200);
    await backend.delete('/v3/users/member-2');
    expect((await backend.put('/v3/users/x', {})).status).toBe(200);
    expect(await system.redis.redis.keys('user:*')).toHaveLength(4);
  });

  test('groups and members gets no other, and a bulk load that breaks off leaves nothing', async () => {
    await using system = await startSystem({ apps: ['fanout'], env: QUOTAS });
    const { backend, redis } = system;
    for (const guid of ['g1', 'g2']) expect((await backend.put(`/v3/groups/${guid}`, {})).status).toBe(200);
    expect(await backend.put('/v3/groups/g3', {})).toMatchObject(exceeded('groups'));
    expect((await backend.put('/v3/groups/g1', { name: 'One' })).status).toBe(200);
    expect((await backend.loadMembers('g1', uids(4))).status).toBe(200);
    expect((await backend.loadMembers('g1', uids(5))).status).toBe(200);
    const before = (await redis.redis.keys('*')).toSorted((a, b) => a.localeCompare(b));
    expect(await backend.loadMembers('g1', uids(6))).toMatchObject(exceeded('members'));
    expect(await backend.loadMembers('g2', ['x'])).toMatchObject(exceeded('members'));
    expect(await backend.post('/v3/groups/g2/members', { participants: ['x'] })).toMatchObject(exceeded('members'));
    expect((await redis.redis.keys('*')).toSorted((a, b) => a.localeCompare(b))).toEqual(before);
    const joins = ['g2', 'g9'].map((guid) => ({
      ...aGroupMessage(guid),
      type: 'group.member_joined',
      message: undefined,
      members: [{ uid: 'x' }],
    }));
    const { body } = await backend.post('/v3/events', joins);
    expect(body.data.events).toMatchObject(joins.map(() => ({ status: 'rejected' })));
    expect((await backend.delete('/v3/groups/g1/members/member-1')).status).toBe(200);
    expect((await backend.post('/v3/groups/g2/members', { participants: ['x'] })).body.data).toEqual({ added: 1 });
    expect((await backend.delete('/v3/groups/g1')).status).toBe(200);
    expect((await backend.loadMembers('g2', uids(5))).status).toBe(200);
  });

  test('devices of a user loses the oldest', async () => {
    await using system = await startSystem({ apps: [], env: QUOTAS });
    await addPushProviders(system);
    for (const token of ['t1', 't2', 't3']) {
      const login = (await system.backend.post('/v3/users/bob/auth_tokens', {})).body.data.authToken;
      const answer = await system
        .asUser(login)
        .post('/v3/notifications/push/v1/tokens', { ...ANDROID, fcmToken: token });
      expect(answer.status).toBe(200);
    }
    const { data } = (await system.backend.get('/v3/users/bob/devices')).body;
    expect(data.map(({ pushToken }: { pushToken: string }) => pushToken)).toEqual(['t2', 't3']);
  });
});

describe('quotas that the operator sets for one app', () => {
  test('apply to it at once, to no other app, and until the default is restored', async () => {
    const env = { QUOTA_USERS_PER_APP: '1', QUOTA_GROUPS_PER_APP: '1', QUOTA_DEVICES_PER_USER: '1' };
    await using system = await startSystem({ apps: [], env });
    const { backend, admin } = system;
    await addPushProviders(system);
    const other = await createApp(admin, system.url, 'other');
    const statuses = async (api: Api) => {
      const calls = ['/v3/users/u1', '/v3/users/u2', '/v3/groups/g1', '/v3/groups/g2'];
      return Promise.all(calls.map(async (path) => (await api.put(path, {})).status));
    };
    for (const api of [backend, other]) await api.put('/v3/users/u1', {});
    for (const api of [backend, other]) await api.put('/v3/groups/g1', {});
    const full = [200, 403, 200, 403];
    expect(await statuses(backend)).toEqual(full);
    const quotas = { users: 2, groups: 2, devicesPerUser: 2, openEvents: 1 };
    expect((await admin.patch('/v3/apps/app123', { quotas })).body.data.quotas).toEqual(quotas);
    expect(await statuses(backend)).toEqual([200, 200, 200, 200]);
    expect(await statuses(other)).toEqual(full);
    const tokens = '/v3/notifications/push/v1/tokens?uid=u1';
    for (const fcmToken of ['t1', 't2', 't3']) await backend.post(tokens, { ...ANDROID, fcmToken });
    const { data } = (await backend.get('/v3/users/u1/devices')).body;
    expect(data.map(({ pushToken }: { pushToken: string }) => pushToken)).toEqual(['t2', 't3']);
    expect((await backend.post('/v3/events', aMessage())).status).toBe(202);
    expect((await backend.post('/v3/events', aMessage())).body.error.code).toBe('ERR_TOO_MANY_OPEN_EVENTS');
    expect((await other.post('/v3/events', [aMessage(), aMessage()])).status).toBe(202);
    await backend.delete('/v3/users/u2');
    const restored = { quotas: { users: null, openEvents: null } };
    expect((await admin.patch('/v3/apps/app123', restored)).body.data.quotas).toEqual({ groups: 2, devicesPerUser: 2 });
    expect((await admin.get('/v3/apps/app123')).body.data.quotas).toEqual({ groups: 2, devicesPerUser: 2 });
    expect(await statuses(backend)).toEqual([200, 403, 200, 200]);
    expect((await backend.post('/v3/events', aMessage())).status).toBe(202);
  });

  test('must be whole numbers within bounds, and are the operator’s alone', async () => {
    await using system = await startSystem({ apps: [] });
    const { backend, admin } = system;
    for (const quotas of [{ users: 0 }, { users: 1.5 }, { devicesPerUser: 1001 }, { tokens: 5 }, { users: '5' }]) {
      expect((await admin.patch('/v3/apps/app123', { quotas })).status).toBe(400);
    }
    expect((await backend.patch('/v3/apps/app123', { quotas: { users: 5 } })).status).toBe(401);
    expect((await admin.get('/v3/apps/app123')).body.data.quotas).toEqual({});
  });
});

describe('an app that has as many open events as it may', () => {
  test('gets no other until some are done, and other apps do', async () => {
    await using system = await startSystem({ apps: [], env: { QUOTA_OPEN_EVENTS_PER_APP: '3', QUEUE_SHARDS: '2' } });
    const { backend, admin } = system;
    const events = Array.from({ length: 3 }, (_, i) => aGroupMessage(`group-${i}`));
    expect((await backend.post('/v3/events', events)).status).toBe(202);
    const more = await backend.post('/v3/events', aMessage());
    expect([more.status, more.body.error.code]).toEqual([429, 'ERR_TOO_MANY_OPEN_EVENTS']);
    expect(Number(more.headers.get('retry-after'))).toBeGreaterThan(0);
    await admin.post('/v3/apps', { appId: 'other' });
    const { apiKey } = (await admin.post('/v3/apps/other/apikeys', { name: 'k' })).body.data;
    expect((await backend.call('POST', '/v3/events', aMessage(), { apikey: apiKey })).status).toBe(202);
    await using _worker = await startFanout(system.env);
    for (const { id } of events) await system.done(id);
    expect((await backend.post('/v3/events', aMessage())).status).toBe(202);
  });

  test('can still post calls, up to a quota of their own', async () => {
    const env = { QUOTA_OPEN_EVENTS_PER_APP: '2', QUOTA_OPEN_CALLS_PER_APP: '3' };
    await using system = await startSystem({ apps: [], env });
    const { backend } = system;
    expect((await backend.post('/v3/events', [aMessage(), aMessage()])).status).toBe(202);
    expect((await backend.post('/v3/events', aMessage())).status).toBe(429);
    expect((await backend.post('/v3/events', [aCall(), aCall()])).status).toBe(202);
    const { status, body } = await backend.post('/v3/events', [aMessage(), aCall()]);
    expect(status).toBe(202);
    expect(body.data.events).toMatchObject([
      { status: 'rejected', error: { code: 'ERR_TOO_MANY_OPEN_EVENTS' } },
      { status: 'accepted' },
    ]);
    expect((await backend.post('/v3/events', aCall())).status).toBe(429);
  });

  test('nor beyond the bytes it may have, and what expires makes room', async () => {
    await using system = await startSystem({ apps: [], env: { QUOTA_OPEN_MEGABYTES_PER_APP: '1' } });
    const { backend, redis } = system;
    const large = () => Array.from({ length: 100 }, () => aMessage({ message: { id: '1', text: 'x'.repeat(3000) } }));
    let answer = await backend.post('/v3/events', large());
    for (let n = 0; answer.status === 202 && n < 30; n++) answer = await backend.post('/v3/events', large());
    expect([answer.status, answer.body.error.code]).toEqual([429, 'ERR_TOO_MANY_OPEN_EVENTS']);
    await redis.redis.del(await redis.redis.keys('*:ev:*'));
    expect((await backend.post('/v3/events', large())).status).toBe(202);
  });
});

describe('while Redis is nearly full', () => {
  test('every route that adds to it is refused, and no other', async () => {
    await using system = await startSystem({ apps: [] });
    const { redis, backend, admin, routes } = system;
    const login = (await backend.post('/v3/users/bob/auth_tokens', {})).body.data.authToken;
    await redis.redis.set('ballast', 'x'.repeat(4_000_000));
    await until(async () => {
      await limitMemory(redis.redis, 1 / 1.1);
      return (await backend.put('/v3/groups/hiking', {})).status === 503;
    }, 'the memory is looked at again');
    const callers = { admin, session: system.asUser(login), user: backend, manage: backend, publish: backend };
    // Logging out ends the login that the others are called with.
    const ordered = [...routes].sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));
    for (const { method, url, access, grows } of ordered) {
      if (access === 'anyone' || method === 'HEAD') continue;
      const answer = await callers[access as keyof typeof callers].call(
        method,
        url,
        method === 'GET' || method === 'DELETE' ? undefined : {},
      );
      expect([method, url, answer.body.error?.code === 'ERR_OVERLOADED']).toEqual([method, url, grows]);
    }
    const read = await backend.post('/v3/events', aMessage());
    expect([read.status, read.body.error.code]).toEqual([503, 'ERR_OVERLOADED']);
  });
});

async function startFanout(env: Record<string, string>): Promise<AsyncDisposable> {
  const worker = await fanout.start(fanout.readConfig(env));
  return { [Symbol.asyncDispose]: () => worker.close() };
}
