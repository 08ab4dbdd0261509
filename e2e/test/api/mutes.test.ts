import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Api } from '../support/api.ts';
import { logIn } from '../support/devices.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

const PATHS = ['/v3/notifications/v1/preferences/mute', '/v3/notifications/push/v1/preferences/mute'] as const;
const [PATH, SDK_PATH] = PATHS;
const SETTINGS = '/v3/notifications/v1/settings';
const HOUR = 3_600_000;
const SUCCESS = { data: { success: true } };

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

let serial = 0;
/** The device of a person of whom nothing is known yet. */
const aUser = async () => system.asUser(await logIn(system, `user-${++serial}`));

interface Mute {
  id: string;
  type: string;
  until: number | null;
}

/** What is muted, in a settled order. */
async function mutedBy(api: Api, path: string = PATH): Promise<Mute[]> {
  const { mutedConversations } = (await api.get(path)).body.data;
  return mutedConversations.toSorted((a: Mute, b: Mute) => (a.type + a.id < b.type + b.id ? -1 : 1));
}

describe.each(PATHS)('%s', (path) => {
  test('mutes until a moment or forever, lists it on both paths, and unmutes', async () => {
    const phone = await aUser();
    expect((await phone.get(path)).body).toEqual({ data: { mutedConversations: [] } });
    const group = { id: 'hiking', type: 'group', until: Date.now() + HOUR };
    const alice = { id: 'alice', type: 'oneOnOne', until: null };
    const muted = await phone.put(path, { conversations: [group, alice] });
    expect([muted.status, muted.body]).toEqual([200, SUCCESS]);
    for (const other of PATHS) expect(await mutedBy(phone, other)).toEqual([group, alice]);
    const unmuted = await phone.delete(path, { conversations: [{ id: 'hiking', type: 'group' }] });
    expect([unmuted.status, unmuted.body]).toEqual([200, SUCCESS]);
    expect(await mutedBy(phone, path)).toEqual([alice]);
  });
});

test('a mute is added to those before, and replaces one of the same conversation', async () => {
  const phone = await aUser();
  const mute = (id: string, type: string, until: number | null) =>
    phone.put(PATH, { conversations: [{ id, type, until }] });
  await mute('hiking', 'group', null);
  await mute('hiking', 'oneOnOne', null);
  const later = Date.now() + 2 * HOUR;
  await mute('hiking', 'group', later);
  expect(await mutedBy(phone)).toEqual([
    { id: 'hiking', type: 'group', until: later },
    { id: 'hiking', type: 'oneOnOne', until: null },
  ]);
  await phone.delete(PATH, { conversations: [{ id: 'hiking', type: 'group' }] });
  expect(await mutedBy(phone)).toEqual([{ id: 'hiking', type: 'oneOnOne', until: null }]);
});

test('a mute that has expired is no longer listed; the others are', async () => {
  const phone = await aUser();
  const conversations = [
    { id: 'short', type: 'group', until: Date.now() + 300 },
    { id: 'long', type: 'group', until: Date.now() + HOUR },
  ];
  expect((await phone.put(PATH, { conversations })).status).toBe(200);
  const left = await until(async () => {
    const mutes = await mutedBy(phone);
    return mutes.length === 1 ? mutes : undefined;
  }, 'one mute expires');
  expect(left).toEqual([conversations[1]]);
});

test('what is not muted can be unmuted all the same', async () => {
  const conversations = [{ id: 'unknown-group', type: 'group' }];
  const { status, body } = await (await aUser()).delete(SDK_PATH, { conversations });
  expect([status, body]).toEqual([200, SUCCESS]);
});

test('a thousand conversations at once, and no more', async () => {
  const phone = await aUser();
  const many = Array.from({ length: 1001 }, (_, i) => ({ id: `guid-${i}`, type: 'group', until: null }));
  const { status, body } = await phone.put(PATH, { conversations: many });
  expect([status, body.error.message.split(':')[0]]).toEqual([400, 'conversations']);
  expect((await phone.put(PATH, { conversations: many.slice(1) })).status).toBe(200);
  expect(await mutedBy(phone)).toHaveLength(1000);
});

describe('what cannot be is refused, naming the field, and nothing is muted', () => {
  const good = { id: 'hiking', type: 'group', until: Date.now() + HOUR };
  test.each<[string, unknown, string]>([
    ['conversations[1].until', { conversations: [good, { id: 'alice', type: 'oneOnOne' }] }, ''],
    ['conversations[1].until', { conversations: [good, { ...good, until: Date.now() - 1 }] }, 'future'],
    ['conversations[0].until', { conversations: [{ ...good, until: 1741847453 }] }, 'seconds'],
    ['conversations[0].until', { conversations: [{ ...good, until: 'tomorrow' }] }, ''],
    ['conversations[0].type', { conversations: [{ ...good, type: 'user' }] }, 'oneOnOne'],
    ['conversations[0].id', { conversations: [{ ...good, id: 'a b' }] }, ''],
    ['conversations[0].id', { conversations: [{ type: 'group', until: null }] }, ''],
    ['conversations', { conversations: [] }, ''],
    ['conversations', {}, ''],
    ['body', undefined, ''],
  ])('%s: %j', async (field, input, hint) => {
    const phone = await aUser();
    const { status, body } = await phone.put(PATH, input);
    expect([status, body.error.code, body.error.message.split(':')[0]]).toEqual([400, 'ERR_BAD_REQUEST', field]);
    expect(body.error.message).toContain(hint);
    expect(await mutedBy(phone)).toEqual([]);
  });

  test('and so is unmuting nothing', async () => {
    const { status, body } = await (await aUser()).delete(PATH);
    expect([status, body.error.message.split(':')[0]]).toEqual([400, 'body']);
  });
});

describe('a type that the app does not let people mute', () => {
  const group = { id: 'hiking', type: 'group', until: null };
  const person = { id: 'alice', type: 'oneOnOne', until: null };
  const conversations = [group, person];

  test.each([
    ['mutedGroupsOverride', person, 'conversations[0].type'],
    ['mutedOneOnOnesOverride', group, 'conversations[1].type'],
  ])('%s: is ignored, or refused with strict=true', async (override, allowed, refused) => {
    const backend = await createApp(system.admin, system.url, override);
    await backend.patch(SETTINGS, { preferences: { mute: { [override]: false } } });
    const strict = await backend.put(`${PATH}?uid=bob&strict=true`, { conversations });
    expect([strict.status, strict.body.error.message.split(':')[0]]).toEqual([400, refused]);
    expect(await mutedBy(backend, `${PATH}?uid=bob`)).toEqual([]);
    const { status, body } = await backend.put(`${PATH}?uid=bob`, { conversations });
    expect([status, body]).toEqual([200, SUCCESS]);
    expect(await mutedBy(backend, `${PATH}?uid=bob`)).toEqual([allowed]);
  });

  test('does not count while it is not let, and counts again after', async () => {
    const backend = await createApp(system.admin, system.url, 'not-now');
    await backend.put(`${PATH}?uid=bob`, { conversations });
    await backend.patch(SETTINGS, { preferences: { mute: { mutedGroupsOverride: false } } });
    expect(await mutedBy(backend, `${PATH}?uid=bob`)).toEqual([person]);
    await backend.patch(SETTINGS, { preferences: { mute: { mutedGroupsOverride: null } } });
    expect(await mutedBy(backend, `${PATH}?uid=bob`)).toEqual([group, person]);
  });
});

test('an auth token reaches its own person only, a key those it names', async () => {
  const mallory = system.asUser(await logIn(system, 'mallory'));
  const conversations = [{ id: 'hiking', type: 'group', until: null }];
  await system.backend.put(`${SDK_PATH}?uid=alice`, { conversations });
  for (const path of PATHS) {
    expect((await mallory.get(`${path}?uid=alice`)).status).toBe(403);
    expect((await mallory.put(`${path}?uid=alice`, { conversations })).status).toBe(403);
    expect((await mallory.call('DELETE', path, { conversations }, { onbehalfof: 'alice' })).status).toBe(403);
    expect((await system.backend.put(path, { conversations })).body.error.message).toMatch(/^uid:/);
  }
  expect(await mutedBy(mallory)).toEqual([]);
  const onBehalf = await system.backend.call('GET', PATH, undefined, { onbehalfof: 'alice' });
  expect(onBehalf.body.data.mutedConversations).toEqual(conversations);
});
