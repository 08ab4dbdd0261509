import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { logIn } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

const SUCCESS = { data: { success: true } };

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const pathOf = (uid: string) => `/v3/users/${uid}/blockedusers`;
const blockedBy = async (uid: string, api = system.backend) =>
  (await api.get(pathOf(uid))).body.data.map((user: { uid: string }) => user.uid).sort();

test('people block others, once each, and take it back; others stay blocked', async () => {
  expect(await blockedBy('bob')).toEqual([]);
  const blocked = await system.backend.post(pathOf('bob'), { blockedUids: ['mallory', 'trudy'] });
  expect([blocked.status, blocked.body]).toEqual([200, SUCCESS]);
  await system.backend.post(pathOf('bob'), { blockedUids: ['mallory'] });
  expect(await blockedBy('bob')).toEqual(['mallory', 'trudy']);
  expect(await blockedBy('mallory')).toEqual([]);
  const unblocked = await system.backend.delete(pathOf('bob'), { blockedUids: ['mallory', 'no-one'] });
  expect([unblocked.status, unblocked.body]).toEqual([200, SUCCESS]);
  expect(await blockedBy('bob')).toEqual(['trudy']);
  // A blocked user is only named, which creates no record.
  expect((await system.backend.get('/v3/users/trudy')).status).toBe(404);
});

test.each([
  ['who blocked', 'heidi', 'ivan'],
  ['who is blocked', 'ivan', 'heidi'],
])('no message reaches %s', async (_, uid, other) => {
  await system.backend.post(pathOf('heidi'), { blockedUids: ['ivan'] });
  const event = aMessage({ sender: { uid: other }, conversation: { type: 'user', id: uid } });
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ planned: 0 });
  await system.backend.delete(pathOf('heidi'), { blockedUids: ['ivan'] });
  const again = aMessage({ sender: { uid: other }, conversation: { type: 'user', id: uid } });
  await system.backend.post('/v3/events', again);
  expect(await system.done(again.id)).toMatchObject({ planned: 1 });
});

test.each<[string, unknown]>([
  ['blockedUids', {}],
  ['blockedUids', { blockedUids: [] }],
  ['blockedUids', { blockedUids: 'mallory' }],
  ['blockedUids', { blockedUids: Array.from({ length: 1001 }, (_, i) => `u${i}`) }],
  ['blockedUids[1]', { blockedUids: ['mallory', 'a b'] }],
  ['body', undefined],
])('%s: a bad list is refused', async (field, body) => {
  for (const method of ['POST', 'DELETE']) {
    const answer = await system.backend.call(method, pathOf('carol'), body);
    expect([answer.status, answer.body.error.message.split(':')[0]]).toEqual([400, field]);
  }
  expect(await blockedBy('carol')).toEqual([]);
});

test('blocks are for keys that manage, each of its app', async () => {
  const other = await createApp(system.admin, system.url, 'other');
  await system.backend.post(pathOf('dave'), { blockedUids: ['erin'] });
  expect(await blockedBy('dave', other)).toEqual([]);
  const person = system.asUser(await logIn(system, 'dave'));
  for (const api of [person, new Api(system.url, {})]) {
    expect((await api.get(pathOf('dave'))).status).toBe(401);
    expect((await api.post(pathOf('dave'), { blockedUids: ['frank'] })).status).toBe(401);
    expect((await api.delete(pathOf('dave'), { blockedUids: ['erin'] })).status).toBe(401);
  }
  expect(await blockedBy('dave')).toEqual(['erin']);
});
