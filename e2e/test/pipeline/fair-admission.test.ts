import * as fanout from '@fanfare/fanout/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Api } from '../support/api.ts';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { createApp, jobsOf, loseJob, type System, startSystem } from '../support/system.ts';

/** Waiting events of one app, far more than are admitted at a time. */
const MANY = 2000;

/** An app whose webhook is the simulator's endpoint of its name. */
async function createOther({ admin, url, hooks }: System, appId: string): Promise<Api> {
  const other = await createApp(admin, url, appId);
  await other.post('/v3/notifications/push/v1/providers/custom', { webhookURL: `${hooks.url}/webhook/${appId}` });
  return other;
}

const post = async (api: Api, events: object[]) => {
  for (let from = 0; from < events.length; from += 500) {
    const { status } = await api.post('/v3/events', events.slice(from, from + 500));
    expect(status).toBe(202);
  }
};

const isDone = async (api: Api, id: string): Promise<boolean> =>
  (await api.get(`/v3/events/${id}`)).body.data.state === 'done';

test('an app with thousands of waiting events has a few in the queue, and another app few before it', async () => {
  await using system = await startSystem({ apps: [] });
  const other = await createOther(system, 'other');
  await post(
    system.backend,
    Array.from({ length: MANY }, () => aGroupMessage('empty')),
  );
  const before = await jobsOf(system, 'events-chat');
  expect(before.length).toBeLessThan(100);
  expect((await other.post('/v3/events', aMessage())).status).toBe(202);
  expect((await other.post('/v3/events', aCall())).status).toBe(202);
  expect(await jobsOf(system, 'events-chat')).toHaveLength(before.length + 1);
  expect(await jobsOf(system, 'events-call')).toHaveLength(1);
});

test('events of apps that post little are expanded among the first of an app that has thousands waiting', async () => {
  await using system = await startSystem({ apps: [] });
  const { redis } = system.redis;
  const flood = Array.from({ length: MANY }, () => aGroupMessage('empty'));
  await post(system.backend, flood);
  const others = await Promise.all(['one', 'two', 'three'].map((appId) => createOther(system, appId)));
  const few = others.map(() => aGroupMessage('empty'));
  for (const [i, other] of others.entries()) await post(other, [few[i] as object]);
  await using _fanout = await startFanout(system);
  for (const [i, other] of others.entries()) {
    await until(() => isDone(other, few[i]?.id as string), "another app's event is done");
  }
  expect(await redis.zcard('{p0}:open:chat')).toBeGreaterThan(MANY / 2);
  await until(async () => (await redis.zcard('{p0}:open:chat')) === 0, 'the flood is done', { timeoutMs: 60_000 });
  expect(await redis.keys('{p0}:{adm,wait}*')).toEqual([]);
}, 90_000);

test('an event whose job was lost is queued again when it is posted again', async () => {
  await using system = await startSystem({ apps: [] });
  const event = aMessage();
  await post(system.backend, [event]);
  const [job = ''] = await jobsOf(system, 'events-chat');
  await loseJob(system, 'events-chat', job);
  expect(await jobsOf(system, 'events-chat')).toEqual([]);
  const { body } = await system.backend.post('/v3/events', event);
  expect(body.data.events).toEqual([{ id: event.id, status: 'duplicate' }]);
  expect(await jobsOf(system, 'events-chat')).toEqual([job]);
});

async function startFanout({ env }: System): Promise<AsyncDisposable> {
  const worker = await fanout.start(fanout.readConfig(env));
  return { [Symbol.asyncDispose]: () => worker.close() };
}
