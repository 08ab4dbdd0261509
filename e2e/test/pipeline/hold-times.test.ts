import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { set, tell } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

const PROVIDERS = '/v3/notifications/push/v1/providers';

/** A system without a webhook, where bob has an Android phone and an iPhone. */
async function startWithPhones(apps: ('fanout' | 'sender')[]): Promise<System> {
  const system = await startSystem({ apps });
  await system.backend.delete(`${PROVIDERS}/custom`);
  await addPushProviders(system);
  await register(system, await logIn(system), ANDROID, IPHONE);
  return system;
}

const counted = ({ backend }: System, id: string, counts: Record<string, number>) =>
  until(
    async () => {
      const now = (await backend.get(`/v3/events/${id}`)).body.data.counts;
      return Object.entries(counts).every(([name, count]) => now[name] === count);
    },
    `${id} has the counts ${JSON.stringify(counts)}`,
  );

let system: System;
beforeAll(async () => {
  system = await startWithPhones(['fanout', 'sender']);
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => {
  system.hooks.fcm.clear();
  system.hooks.apns.clear();
});

/** How long FCM is asked to hold what it got, and until when APNs is, in seconds. */
function held({ hooks }: System) {
  const messages = hooks.fcm.requests().map(({ json }) => json as { message: { android: { ttl: string } } });
  const expirations = hooks.apns.requests().map(({ headers }) => Number(headers['apns-expiration']));
  expect([messages.length, expirations.length]).toEqual([1, 1]);
  return { ttlS: Number.parseInt(messages[0]?.message.android.ttl ?? '', 10), expiration: expirations[0] as number };
}

/** Held for `holdMs` from a moment after `from`. */
function expectHeld(system: System, holdMs: number, from: number): void {
  const { ttlS, expiration } = held(system);
  expect(expiration).toBeGreaterThanOrEqual(Math.floor((from + holdMs) / 1000));
  expect(expiration).toBeLessThanOrEqual(Math.floor((Date.now() + holdMs) / 1000));
  expect(ttlS).toBeLessThanOrEqual(holdMs / 1000);
  expect(ttlS).toBeGreaterThanOrEqual(Math.floor((from + holdMs - Date.now()) / 1000));
}

test('a provider holds a message as long as the app says, also for less than it may take to leave', async () => {
  await set(system, { deadlines: { message: { leaveMs: HOUR, holdMs: MINUTE } } });
  const from = Date.now();
  expect(await tell(system, aMessage())).toMatchObject({ accepted: 2 });
  expectHeld(system, MINUTE, from);
});

test('what is not to be held is tried once', async () => {
  await set(system, { deadlines: { message: { leaveMs: HOUR, holdMs: 0 } } });
  expect(await tell(system, aMessage())).toMatchObject({ accepted: 2 });
  expect(held(system)).toEqual({ ttlS: 0, expiration: 0 });
});

test.each([MINUTE, 48 * HOUR])('a replay is held for %i ms, as the app says by then', async (holdMs) => {
  await using own = await startWithPhones(['fanout']);
  const event = aMessage();
  await own.backend.post('/v3/events', event);
  await counted(own, event.id, { planned: 2 });
  await own.backend.delete(`${PROVIDERS}/fcm/fcm-1`);
  await own.backend.delete(`${PROVIDERS}/apns/apns-1`);
  await using _sender = await startProcess('sender', own.env);
  await counted(own, event.id, { rejected: 2 });
  await addPushProviders(own);
  await set(own, { deadlines: { message: { leaveMs: HOUR, holdMs } } });
  const from = Date.now();
  await own.backend.post('/v3/dead-letters/replay', { filter: {} });
  await counted(own, event.id, { accepted: 2 });
  expectHeld(own, holdMs, from);
});
