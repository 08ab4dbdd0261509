import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aCall, aGroupMessage, aMessage, uids } from '../support/events.ts';
import { PACK_SIZES, packsOf } from '../support/packs.ts';
import { AsyncDisposals, startProcess } from '../support/process.ts';
import { BASIC_AUTH, createApp, jobsOf, type System, startSystem } from '../support/system.ts';

const LANES = { SENDER_CONCURRENCY_CHAT: '20', SENDER_CONCURRENCY_CALL: '20' };

/** A group of this size, and a message to it. */
async function postToGroup({ backend }: System, guid: string, members: number): Promise<string> {
  await backend.put(`/v3/groups/${guid}`, {});
  await backend.loadMembers(guid, uids(members));
  const message = aGroupMessage(guid);
  await backend.post('/v3/events', message);
  return message.id;
}

/** Messages to one user each, posted together. */
async function post(system: System, count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () => aMessage());
  for (let i = 0; i < count; i += 100) await system.backend.post('/v3/events', events.slice(i, i + 100));
  return events.map(({ id }) => id);
}

/** How many deliveries are held for a gate. */
async function held({ redis }: System): Promise<number> {
  const counts = await redis.redis.hvals('{p0}:held');
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

test('an endpoint that asks for a pause gets one request per pause, however many deliveries wait', async () => {
  await using system = await startSystem({ env: LANES });
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 429, headers: { 'retry-after': '2' } } });
  const ids = await post(system, 200);
  await until(async () => (await held(system)) >= 190, 'they are held');
  const before = system.hook.counts().received;
  // Those that were in flight when the first answers came.
  expect(before).toBeLessThan(60);
  await until(() => system.hook.counts().received > before, 'a trial is made');
  const after = system.hook.counts().received;
  await until(() => system.hook.counts().received > after, 'another trial is made');
  expect(system.hook.counts().received - before).toBeLessThanOrEqual(4);
  system.hook.configure({ basicAuth: BASIC_AUTH });
  for (const id of ids) expect(await system.done(id)).toMatchObject({ accepted: 1 });
  expect(system.hook.counts().answered[200]).toBe(200);
}, 90_000);

test.each(PACK_SIZES)(
  'what waits for a dead endpoint has no job and spends no attempts, and is sent once it answers, %i per job',
  async (size) => {
    await using system = await startSystem({ env: { ...LANES, ...packsOf(size) } });
    system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { hang: true } });
    const ids = await post(system, 150);
    await until(async () => (await held(system)) >= 120, 'they are held', { timeoutMs: 40_000 });
    const gates = () => system.redis.redis.keys('{p0}:gate:chat|*');
    await until(async () => (await gates()).length > 0, 'its gate is open', { timeoutMs: 40_000 });
    const group = await postToGroup(system, 'group', 100);
    await until(async () => (await held(system)) >= 220, 'the group is held', { timeoutMs: 40_000 });
    const jobs = async () => (await jobsOf(system, 'deliveries-custom-chat')).length;
    await until(async () => (await jobs()) <= 30, 'only those have a job that were in flight');
    const traces = await Promise.all(
      uids(20).map(
        async (uid) => (await system.backend.get(`/v3/events/${group}/recipients/${uid}`)).body.data.targets,
      ),
    );
    // A trial may have been made with any of them, but only with few.
    const untried = traces.filter(([target]) => target.state === 'held' && target.attempts.length === 0);
    expect(untried.length).toBeGreaterThan(10);
    system.hook.configure({ basicAuth: BASIC_AUTH });
    for (const id of ids) expect(await system.done(id, 60_000)).toMatchObject({ accepted: 1 });
    expect(await system.done(group, 60_000)).toMatchObject({ planned: 100, accepted: 100 });
  },
  120_000,
);

test.each(PACK_SIZES)(
  'after an endpoint hung, everything that can still be sent is sent, and no ring expires, %i per job',
  async (size) => {
    await using system = await startSystem({ env: { ...LANES, ...packsOf(size) } });
    system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { hang: true } });
    const messages = await post(system, 200);
    const group = await postToGroup(system, 'group', 200);
    const rings = Array.from({ length: 30 }, () => aCall());
    await system.backend.post('/v3/events', rings);
    await until(async () => (await held(system)) >= 300, 'they are held', { timeoutMs: 40_000 });
    system.hook.configure({ basicAuth: BASIC_AUTH });
    for (const { id } of rings) expect(await system.done(id)).toMatchObject({ accepted: 1, expired: 0 });
    for (const id of messages) expect(await system.done(id, 60_000)).toMatchObject({ accepted: 1 });
    expect(await system.done(group, 60_000)).toMatchObject({ planned: 200, accepted: 200 });
  },
  120_000,
);

test('held deliveries past their deadline are expired, though no sender runs', async () => {
  await using system = await startSystem({ apps: ['fanout'], env: LANES });
  await system.backend.patch('/v3/notifications/v1/settings', {
    deadlines: { message: { leaveMs: 8000, holdMs: 8000 } },
  });
  await using processes = new AsyncDisposals();
  const sender = processes.add(await startProcess('sender', system.env));
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 503 } });
  const ids = await post(system, 60);
  await until(async () => (await held(system)) >= 30, 'some are held');
  await sender.kill();
  const waiting = await held(system);
  expect(waiting).toBeGreaterThan(0);
  const expired = async () => {
    const all = await Promise.all(ids.map((id) => system.backend.get(`/v3/events/${id}`)));
    return all.reduce((sum, { body }) => sum + body.data.counts.expired, 0);
  };
  await until(async () => (await expired()) >= waiting, 'as many are expired', { timeoutMs: 30_000 });
  expect(await held(system)).toBe(0);
}, 90_000);

test.each(PACK_SIZES)(
  'a sender killed while it holds and releases loses nothing, and sends little twice, %i per job',
  async (size) => {
    await using system = await startSystem({ apps: ['fanout'], env: packsOf(size) });
    await using processes = new AsyncDisposals();
    const env = { ...system.env, ...LANES, SENDER_CONCURRENCY_BULK: '20' };
    let sender = processes.add(await startProcess('sender', env));
    const behaviours = [{ status: 503 }, {}, { status: 503 }, {}];
    system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 503 } });
    const blast = await postToGroup(system, 'large', 1500);
    const ids = await post(system, 200);
    for (const behaviour of behaviours) {
      system.hook.configure({ basicAuth: BASIC_AUTH, behaviour });
      const seen = system.hook.counts().received;
      await until(() => system.hook.counts().received > seen + 10, 'it goes on', { timeoutMs: 30_000 });
      await sender.kill();
      sender = processes.add(await startProcess('sender', env));
    }
    for (const id of ids) expect(await system.done(id, 90_000)).toMatchObject({ accepted: 1 });
    expect(await system.done(blast, 90_000)).toMatchObject({ planned: 1500, accepted: 1500 });
    const { received, answered } = system.hook.counts();
    // Twice only what was in flight or not yet recorded at a kill.
    expect((answered[200] ?? 0) - 1700).toBeLessThanOrEqual(behaviours.length * 2 * 60);
    expect(received).toBeGreaterThan(0);
  },
  240_000,
);

test('three apps with slow endpoints leave a fourth its share, for calls and messages', async () => {
  await using system = await startSystem({ env: LANES });
  const slow = await Promise.all(
    ['slow-1', 'slow-2', 'slow-3'].map(async (appId) => {
      const api = await createApp(system.admin, system.url, appId);
      system.hooks.endpoint(appId).configure({ behaviour: { latencyMs: 1800 } });
      const webhookURL = `${system.hooks.url}/webhook/${appId}`;
      await api.post('/v3/notifications/push/v1/providers/custom', { webhookURL });
      return api;
    }),
  );
  for (const api of slow) {
    await api.post(
      '/v3/events',
      Array.from({ length: 100 }, () => aMessage()),
    );
    await api.post(
      '/v3/events',
      Array.from({ length: 60 }, () => aCall()),
    );
  }
  const busy = () => ['slow-1', 'slow-2', 'slow-3'].map((id) => system.hooks.endpoint(id).counts().received);
  await until(() => busy().every((received) => received >= 5), 'each has what it is given');
  const events = [aMessage(), aCall(), aMessage(), aCall()];
  await system.backend.post('/v3/events', events);
  for (const { id } of events) expect(await system.done(id)).toMatchObject({ accepted: 1 });
  // By then the others, at twenty sends of 1.8 s in a lane, have hardly begun.
  for (const received of busy()) expect(received).toBeLessThan(120);
}, 90_000);

test("ten apps whose endpoints hang refuse and stop none of another's calls and messages", async () => {
  await using system = await startSystem({ env: LANES });
  const names = Array.from({ length: 10 }, (_, i) => `hanging-${i}`);
  const hanging = await Promise.all(
    names.map(async (appId) => {
      const api = await createApp(system.admin, system.url, appId);
      system.hooks.endpoint(appId).configure({ behaviour: { hang: true } });
      const webhookURL = `${system.hooks.url}/webhook/${appId}`;
      await api.post('/v3/notifications/push/v1/providers/custom', { webhookURL });
      return api;
    }),
  );
  const ofEach = () => [...Array.from({ length: 30 }, () => aMessage()), ...Array.from({ length: 10 }, () => aCall())];
  await Promise.all(hanging.map((api) => api.post('/v3/events', ofEach())));
  const received = () => names.map((name) => system.hooks.endpoint(name).counts().received);
  await until(() => received().every((count) => count > 0), 'each hangs');
  const events = Array.from({ length: 5 }, () => [aMessage(), aCall()]).flat();
  for (const event of events) expect((await system.backend.post('/v3/events', event)).status).toBe(202);
  for (const { id } of events) expect(await system.done(id)).toMatchObject({ accepted: 1 });
  for (const name of names) expect(system.hooks.endpoint(name).counts().answered).toEqual({});
}, 90_000);

test('what is held for a webhook goes to the one that takes its place', async () => {
  await using system = await startSystem({ env: LANES });
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 503 } });
  const ids = await post(system, 60);
  await until(async () => (await held(system)) >= 30, 'some are held');
  const webhookURL = `${system.hooks.url}/webhook/new`;
  await system.backend.put('/v3/notifications/push/v1/providers/custom', { webhookURL, useBasicAuth: false });
  for (const id of ids) expect(await system.done(id, 60_000)).toMatchObject({ accepted: 1 });
  expect(system.hooks.endpoint('new').counts().answered[200]).toBe(60);
}, 90_000);
