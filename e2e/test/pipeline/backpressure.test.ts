import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aGroupMessage, aMessage, uids } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { acceptedDeliveries, allAccepted } from '../support/received.ts';
import { createApp, jobsOf, loseJob, type System, startSystem } from '../support/system.ts';

const MEMBERS = 6000;
/** Deliveries an app may have ready in the bulk lane before its next slice waits. */
const READY = 2000;

/** The system without a sender, and an event for 6,000 that is planned as far as backpressure lets it. */
async function startHalfPlanned() {
  const system = await startSystem({ apps: ['fanout'], env: { FANOUT_SLICE: '500' } });
  await system.backend.put('/v3/groups/large', { name: 'Large group' });
  await system.backend.loadMembers('large', uids(MEMBERS));
  const event = aGroupMessage('large');
  await system.backend.post('/v3/events', event);
  await until(async () => (await planned(system, event.id)) >= READY, 'it is planned to the limit');
  await parked(system);
  return { system, event };
}

const planned = async ({ backend }: System, id: string): Promise<number> =>
  (await backend.get(`/v3/events/${id}`)).body.data.counts.planned;

/** Waits until the only event in the bulk lane has left the queue to wait for its app's deliveries. */
const parked = (system: System) =>
  until(
    async () =>
      (await system.redis.redis.zcard(`{p0}:wait:bulk:${system.appId}`)) === 1 &&
      (await jobsOf(system, 'events-bulk')).length === 0,
    'the event is parked',
  );

const isDelivering = async (api: System['backend'], id: string): Promise<boolean> =>
  (await api.get(`/v3/events/${id}`)).body.data.state === 'delivering';

test('a large event waits without a job once 2,000 deliveries are ready, and holds up no message besides', async () => {
  const { system, event } = await startHalfPlanned();
  await using _system = system;
  const other = await createApp(system.admin, system.url, 'other');
  await other.post('/v3/notifications/push/v1/providers/custom', { webhookURL: `${system.hooks.url}/webhook/other` });
  const theirs = aMessage();
  await other.post('/v3/events', theirs);
  await until(() => isDelivering(other, theirs.id), "another app's message is planned");
  const ours = aMessage();
  await system.backend.post('/v3/events', ours);
  await until(() => isDelivering(system.backend, ours.id), "the app's own message is planned");

  const { body } = await system.backend.get(`/v3/events/${event.id}`);
  expect(body.data.state).toBe('expanding');
  expect(body.data.counts.planned).toBeGreaterThanOrEqual(READY);
  expect(body.data.counts.planned).toBeLessThan(MEMBERS);
  const packs = (await jobsOf(system, 'deliveries-custom-bulk')).map((id) => Number(id.split('+')[1] ?? 1));
  expect(packs.reduce((deliveries, n) => deliveries + n, 0)).toBe(body.data.counts.planned);
  expect(system.hook.counts().received).toBe(0);

  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(event.id, 90_000)).toEqual(allAccepted(MEMBERS));
  expect(await system.done(ours.id)).toMatchObject({ planned: 1, accepted: 1 });
  await until(async () => (await other.get(`/v3/events/${theirs.id}`)).body.data.counts.accepted === 1, 'theirs too');
  expect(await acceptedDeliveries(system)).toBe(MEMBERS + 1);
  const { byUid } = system.hook.counts({ byUid: true });
  expect(new Set(Object.keys(byUid ?? {}))).toEqual(new Set(['bob', ...uids(MEMBERS)]));
}, 180_000);

test('jobs lost from an event that is not fully planned are brought back', async () => {
  const { system, event } = await startHalfPlanned();
  await using _system = system;
  const before = await jobsOf(system, 'deliveries-custom-bulk');
  const lost = before.slice(0, 7);
  for (const id of lost) await loseJob(system, 'deliveries-custom-bulk', id);
  expect(await jobsOf(system, 'deliveries-custom-bulk')).toHaveLength(before.length - lost.length);
  await until(
    async () => (await jobsOf(system, 'deliveries-custom-bulk')).length === before.length,
    'the sweeper has brought them back',
    { everyMs: 100 },
  );
  expect(new Set(await jobsOf(system, 'deliveries-custom-bulk'))).toEqual(new Set(before));
  expect(await planned(system, event.id)).toBeLessThan(MEMBERS);

  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(event.id, 90_000)).toEqual(allAccepted(MEMBERS));
  expect(await acceptedDeliveries(system)).toBe(MEMBERS);
  const { byUid } = system.hook.counts({ byUid: true });
  expect(new Set(Object.keys(byUid ?? {}))).toEqual(new Set(uids(MEMBERS)));
}, 180_000);
