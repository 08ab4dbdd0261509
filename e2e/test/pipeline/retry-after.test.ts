import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, logIn, register } from '../support/devices.ts';
import { aCall, aMessage } from '../support/events.ts';
import { set, tell } from '../support/received.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

const WAIT_AN_HOUR = { status: 503, headers: { 'retry-after': '3600' } };

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await addPushProviders(system);
  await set(system, { deadlines: { message: { leaveMs: 5000, holdMs: 5000 } } });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.hook.clear());

const answerBob = (behaviour: object | object[]) =>
  system.hook.configure({ basicAuth: BASIC_AUTH, uids: { bob: behaviour } });

/** The outcomes of the attempts at the one target of a recipient. */
async function attemptsOf(id: string, uid = 'bob', provider = 'custom'): Promise<string[]> {
  const { body } = await system.backend.get(`/v3/events/${id}/recipients/${uid}`);
  const target = body.data.targets.find((one: { provider: string }) => one.provider === provider);
  return target.attempts.map(({ outcome }: { outcome: string }) => outcome);
}

test('a Retry-After beyond the deadline is waited for until just before it, then tried once more', async () => {
  answerBob([{ ...WAIT_AN_HOUR, times: 1 }]);
  const message = aMessage();
  expect(await tell(system, message)).toMatchObject({ planned: 1, accepted: 1, expired: 0 });
  expect(await attemptsOf(message.id)).toEqual(['throttled', 'accepted']);
});

test('a delivery that expires after having been throttled shows its attempts', async () => {
  answerBob(WAIT_AN_HOUR);
  const message = aMessage();
  expect(await tell(system, message)).toMatchObject({ planned: 1, accepted: 0, expired: 1 });
  expect(await attemptsOf(message.id)).toEqual(['throttled', 'throttled']);
  expect(system.hook.counts().received).toBe(2);
});

test('a ring that is answered by 429 without a Retry-After does not wait the usual minute', async () => {
  await register(system, await logIn(system, 'rita'), { ...ANDROID, fcmToken: 'tok_bare_429_twice_rita' });
  const ring = aCall({ conversation: { type: 'user', id: 'rita' } });
  expect(await tell(system, ring)).toMatchObject({ planned: 2, accepted: 2, expired: 0 });
  expect(await attemptsOf(ring.id, 'rita', 'fcm')).toEqual(['throttled', 'throttled', 'accepted']);
});
