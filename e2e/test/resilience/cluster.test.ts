import { connectionsByUser, startClusterAsServer, until, withUser } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { initiated, sent } from '../support/cometchat.ts';
import { ANDROID, addPushProviders, logIn, register } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage, uids } from '../support/events.ts';
import { AsyncDisposals, startProcess } from '../support/process.ts';
import { acceptedDeliveries, mute, received, tell } from '../support/received.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

/** Enough that each node has some. */
const SHARDS = 6;

const CONSOLE = { API_URL: 'http://127.0.0.1:9', CONSOLE_PASSWORD: 'a password of the console' };

/** Processes that run beside each other: the two with workers, and in `npm run test:cluster` two of each app. */
const PROCESSES = [
  { count: 1, apps: ['fanout', 'sender'] as const },
  ...(process.env.TEST_REDIS === 'cluster'
    ? [{ count: 2, apps: ['ingest', 'fanout', 'sender', 'console'] as const }]
    : []),
];

let system: System;

beforeAll(async () => {
  const env = { QUEUE_SHARDS: String(SHARDS), BULK_AUDIENCE: '200' };
  system = await startSystem({ redis: await startClusterAsServer(), env });
  await addPushProviders(system);
}, 60_000);

afterAll(() => system[Symbol.asyncDispose]());

test('a group of 100 and one in the bulk lane: each member once, on all shards', async () => {
  const { backend } = system;
  const groups = Array.from({ length: 8 }, (_, i) => `group-${i}`);
  const sizeOf = (guid: string) => (guid === 'group-0' ? 300 : 100);
  for (const guid of groups) {
    await backend.put(`/v3/groups/${guid}`, { name: guid });
    await backend.loadMembers(guid, ['alice', ...uids(sizeOf(guid))]);
  }
  const events = groups.map((guid) => aGroupMessage(guid));
  const { body } = await backend.post('/v3/events', events);
  expect(body.data.events).toHaveLength(events.length);
  for (const [i, { id }] of events.entries()) {
    const audience = sizeOf(groups[i] as string);
    expect(await system.done(id, 60_000)).toMatchObject({ audience, accepted: audience, pending: 0 });
  }
  expect(await acceptedDeliveries(system)).toBe(1000);
  const tags = (await system.redis.redis.keys('{*}:ev:*')).map((key) => key.split(':')[0]);
  expect(new Set(tags).size).toBeGreaterThan(2);
}, 120_000);

test('a device, preferences, mutes and blocks decide as on one server', async () => {
  const { backend } = system;
  const bob = await logIn(system, 'bob');
  await register(system, bob, ANDROID);
  expect(await tell(system, aMessage())).toMatchObject({ planned: 2, accepted: 2 });
  await mute(system, 'bob', { id: 'alice', type: 'oneOnOne' });
  expect(await tell(system, aMessage())).toMatchObject({ planned: 0 });
  const { status } = await backend.delete('/v3/notifications/v1/preferences/mute?uid=bob', {
    conversations: [{ id: 'alice', type: 'oneOnOne' }],
  });
  expect(status).toBe(200);
  await backend.post('/v3/events', {
    id: 'block',
    type: 'user.blocked',
    sentAt: Date.now(),
    sender: { uid: 'bob' },
    members: [{ uid: 'alice' }],
  });
  await system.done('block');
  expect(await tell(system, aMessage())).toMatchObject({ planned: 0 });
});

test('a ring, its end, and webhooks of CometChat', async () => {
  const { backend } = system;
  const call = aCall({ conversation: { type: 'user', id: 'carol', name: 'Carol' } });
  expect(await tell(system, call)).toMatchObject({ accepted: 1 });
  const ended = { ...call, id: 'ended', type: 'call.ended', sentAt: Date.now() + 1 };
  expect(await tell(system, ended)).toMatchObject({ accepted: 1 });
  for (const hook of [sent('501', 'Hello!'), initiated('502', 'v1.us.9', Math.floor(Date.now() / 1000))]) {
    expect((await backend.post('/v3/webhooks/cometchat', hook)).status).toBe(200);
  }
  await until(() => received(system).some(({ uid }) => uid === 'cometchat-uid-2'), 'George is notified');
});

test('a dead letter is replayed, and explain answers', async () => {
  const { backend, hook } = system;
  hook.configure({ basicAuth: BASIC_AUTH, uids: { dora: { status: 422 } } });
  const refused = aMessage({ conversation: { type: 'user', id: 'dora', name: 'Dora' } });
  expect(await tell(system, refused)).toMatchObject({ rejected: 1 });
  hook.configure({ basicAuth: BASIC_AUTH });
  const { body } = await backend.get('/v3/dead-letters');
  const replay = await backend.post('/v3/dead-letters/replay', { ids: [body.data[0].id] });
  const state = async () => (await backend.get(`/v3/dead-letters/replays/${replay.body.data.id}`)).body.data.state;
  await until(async () => (await state()) === 'done', 'the replay is done');
  expect(await system.done(refused.id)).toMatchObject({ accepted: 1, rejected: 0 });
  const why = await backend.post('/v3/explain', { event: aMessage(), uid: 'bob' });
  expect(why.status).toBe(200);
});

test('an erased user and a deleted app leave no keys behind', async () => {
  const { backend, admin } = system;
  expect((await backend.delete('/v3/users/bob')).status).toBe(200);
  expect((await admin.call('DELETE', '/v3/apps/app123')).status).toBe(200);
  const left = await system.redis.redis.keys(`*{${system.appId}*`);
  expect(left.filter((key) => /^(user|session|group|members|tokens|app)/.test(key))).toEqual([]);
});

test.each(PROCESSES)(
  '$count of $apps on 64 shards: no process has more than 50 connections to the cluster',
  async ({ count, apps }) => {
    const { redis, env } = system;
    await using running = new AsyncDisposals();
    const names = apps.flatMap((app) => Array.from({ length: count }, (_, n) => ({ app, name: `${app}-${n}` })));
    await Promise.all(
      names.map(async ({ app, name }) => {
        const own = { ...env, ...CONSOLE, QUEUE_SHARDS: '64', REDIS_URL: await withUser(redis, name) };
        const { url } = running.add(await startProcess(app, own));
        await until(async () => (await fetch(`${url}/readyz`)).ok, `${name} is ready`, { timeoutMs: 60_000 });
      }),
    );
    const connections = () => connectionsByUser(redis.redis);
    let before = await connections();
    await until(async () => {
      const [last, now] = [before, await connections()];
      before = now;
      return names.every(({ name }) => now.get(name) !== undefined && now.get(name) === last.get(name));
    }, 'all have connected');
    for (const { name } of names) expect(before.get(name)).toBeLessThanOrEqual(50);
    console.log(`connections to a cluster of three: ${JSON.stringify(Object.fromEntries(before))}`);
  },
  120_000,
);
