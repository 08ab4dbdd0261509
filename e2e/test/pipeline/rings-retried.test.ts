import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, logIn, register } from '../support/devices.ts';
import { aCall } from '../support/events.ts';
import { tell } from '../support/received.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await addPushProviders(system);
});
afterAll(() => system[Symbol.asyncDispose]());

/** Registers an Android phone for a user, with a token whose name scripts the simulator. */
const phoneOf = async (uid: string, fcmToken: string) =>
  register(system, await logIn(system, uid), { ...ANDROID, fcmToken });

const callTo = (uid: string) => aCall({ conversation: { type: 'user', id: uid } });

test('a ring is tried for as long as FCM answers 503, and rings when it no longer does', async () => {
  await phoneOf('fiona', 'tok_fiona');
  const { fcm } = system.hooks;
  fcm.setFaults({ errors: { 503: 1 } });
  const ring = callTo('fiona');
  await system.backend.post('/v3/events', ring);
  await until(() => fcm.requests({ token: 'tok_fiona' }).length >= 6, 'the ring is tried six times');
  fcm.setFaults({});
  expect(await system.done(ring.id)).toMatchObject({ planned: 2, accepted: 2, rejected: 0, expired: 0 });
});

test('a ring is tried at a webhook until it is taken, however often that fails', async () => {
  system.hook.configure({ basicAuth: BASIC_AUTH, uids: { walter: [{ status: 503, times: 7 }] } });
  expect(await tell(system, callTo('walter'))).toMatchObject({ planned: 1, accepted: 1, rejected: 0 });
  expect(system.hook.counts()).toMatchObject({ answered: { 503: 7 } });
});

test('a ring that is never taken is expired with its deadline, and the trace has every attempt', async () => {
  system.hook.configure({ basicAuth: BASIC_AUTH, uids: { nora: { status: 500 } } });
  await system.backend.patch('/v3/notifications/v1/settings', {
    deadlines: { callInitiated: { leaveMs: 3000, holdMs: 3000 } },
  });
  const ring = callTo('nora');
  expect(await tell(system, ring)).toMatchObject({ planned: 1, expired: 1, rejected: 0 });
  const { body } = await system.backend.get(`/v3/events/${ring.id}/recipients/nora`);
  const [{ state, attempts }] = body.data.targets;
  expect(state).toBe('expired');
  const tried = attempts.filter(({ outcome }: { outcome: string }) => outcome === 'retryable');
  expect(tried).toHaveLength(system.hook.counts().answered[500] as number);
});
