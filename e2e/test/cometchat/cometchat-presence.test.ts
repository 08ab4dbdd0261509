import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AT, type WirePerson, webhook } from '../support/cometchat.ts';
import { logIn } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { tell } from '../support/received.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const BOB: WirePerson = { uid: 'bob', name: 'Bob', status: 'offline' };

/** Bob comes or goes. */
const change = async (status: string, timestamp: number) => {
  const { userPresenceChanged, ...rest } = { userPresenceChanged: true, timestamp, user: BOB, status };
  const body = webhook('user_connection_status_changed', { ...rest, userPresenceChanged });
  const answer = await system.backend.post('/v3/webhooks/cometchat', body);
  expect([answer.status, answer.body.data]).toEqual([200, { trigger: 'user_connection_status_changed', events: [] }]);
};
const seen = async (uid = 'bob') => {
  const { status, lastActiveAt } = (await system.backend.get(`/v3/users/${uid}`)).body.data;
  return { status, lastActiveAt };
};

test('presence is taken of a user who has a record, shown of them, and does not go back', async () => {
  await change('online', AT);
  expect((await system.backend.get('/v3/users/bob')).status).toBe(404);
  await system.backend.put('/v3/users/bob', { name: 'Bob' });
  await change('online', AT);
  expect(await seen()).toEqual({ status: 'online', lastActiveAt: AT });
  await change('offline', AT + 10);
  await change('online', AT + 5);
  expect(await seen()).toEqual({ status: 'offline', lastActiveAt: AT + 10 });
});

test('of a user without any, nothing is shown', async () => {
  await system.backend.put('/v3/users/carol', { name: 'Carol' });
  expect(await seen('carol')).toEqual({ status: undefined, lastActiveAt: undefined });
});

test('who logs in is shown as told, and else as online', async () => {
  await system.backend.put('/v3/users/bob', { name: 'Bob' });
  await change('offline', AT + 20);
  const phone = system.asUser(await logIn(system));
  expect((await phone.get('/v3/me')).body.data.status).toBe('offline');
  const other = system.asUser(await logIn(system, 'dora'));
  expect((await other.get('/v3/me')).body.data.status).toBe('online');
});

test('a user who is online is notified as well', async () => {
  await change('online', AT + 30);
  expect(await tell(system, aMessage())).toMatchObject({ planned: 1 });
});

test('is erased with the person, and is of one app', async () => {
  await system.backend.put('/v3/users/bob', { name: 'Bob' });
  await change('online', AT + 40);
  const other = await createApp(system.admin, system.url, 'other');
  expect((await other.get('/v3/users/bob')).status).toBe(404);
  await system.backend.delete('/v3/users/bob');
  await system.backend.put('/v3/users/bob', {});
  expect(await seen()).toEqual({ status: undefined, lastActiveAt: undefined });
});
