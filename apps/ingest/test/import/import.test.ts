import { PassThrough } from 'node:stream';
import { FanfareError } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { readImport } from '../../src/import/import-record.ts';
import { beginImport, runImport } from '../../src/import/run-import.ts';
import { ADMIN_KEY } from '../support/private-deps.ts';
import { privateIngest } from '../support/private-ingest.ts';

const { deps, server, backend } = await privateIngest({ QUOTA_DEVICES_PER_USER: '2' });
const NONE = { user: 0, token: 0, preferences: 0, mute: 0, group: 0, member: 0 };

type Line = object | string;
const ndjson = (lines: readonly Line[]) =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

async function post(lines: readonly Line[], query = '') {
  const headers = { adminkey: ADMIN_KEY, appid: 'demo', 'content-type': 'application/x-ndjson' };
  const answer = await server.inject({ method: 'POST', url: `/v3/import${query}`, headers, payload: ndjson(lines) });
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
}

/** Everything in Redis except what is kept about imports: their records, and entries of the audit log. */
async function registry(): Promise<Record<string, unknown>> {
  const names = (await deps.registry.keys('*')).filter((name) => !/^(import:|audit:|\{apps\}:audit)/.test(name)).sort();
  const contents = names.map(async (name) => {
    const type = await deps.registry.type(name);
    if (type === 'hash') return deps.registry.hgetall(name);
    if (type === 'set') return (await deps.registry.smembers(name)).sort();
    if (type === 'zset') return deps.registry.zrange(name, '0', '-1');
    return deps.registry.get(name);
  });
  const all = await Promise.all(contents);
  return Object.fromEntries(names.map((name, i) => [name, all[i]]));
}

const user = (uid: string, more = {}) => ({ type: 'user', uid, ...more });
const fcm = (uid: string, token: string, more = {}) => ({
  type: 'token',
  uid,
  platform: 'fcm_android',
  token,
  ...more,
});

const EVERYTHING: Line[] = [
  user('bob', { name: 'Bob', timezone: 'Asia/Tokyo', locale: 'pt-BR' }),
  fcm('bob', 'token-1'),
  fcm('carol', 'token-2'),
  { type: 'preferences', uid: 'bob', preferences: { groupPreferences: { groupMessages: 3, groupReactions: 2 } } },
  { type: 'preferences', uid: 'bob', preferences: { usePrivacyTemplate: true } },
  { type: 'mute', uid: 'bob', conversationType: 'group', conversationId: 'hiking' },
  { type: 'mute', uid: 'bob', conversationType: 'oneOnOne', conversationId: 'carol', until: 4e12 },
  { type: 'group', guid: 'hiking', name: 'Hiking' },
  { type: 'member', guid: 'hiking', uid: 'bob' },
  { type: 'member', guid: 'sailing', uid: 'dave' },
];

describe('an import', () => {
  test('creates users, tokens, preferences, mutes, groups and members', async () => {
    const { status, body } = await post(EVERYTHING, '?id=first');
    expect(status).toBe(200);
    expect(body.data).toEqual({
      id: 'first',
      state: 'done',
      dryRun: false,
      offset: 10,
      imported: { user: 1, token: 2, preferences: 2, mute: 2, group: 1, member: 2 },
      rejected: 0,
      problems: [],
      updatedAt: expect.any(Number),
    });
    expect((await backend('GET', '/v3/import/first')).body).toEqual(body);
    const of = async (path: string) => (await backend('GET', path)).body.data;
    expect(await of('/v3/users/bob')).toMatchObject({ name: 'Bob', timezone: 'Asia/Tokyo', locale: 'pt-BR' });
    expect(await of('/v3/users/bob/devices')).toMatchObject([{ pushToken: 'token-1', platform: 'fcm_android' }]);
    expect(await of('/v3/users/carol/devices')).toMatchObject([{ pushToken: 'token-2' }]);
    expect(await of('/v3/notifications/v1/preferences?uid=bob')).toMatchObject({
      groupPreferences: { groupMessages: 3 },
    });
    expect((await of('/v3/notifications/v1/preferences/mute?uid=bob')).mutedConversations).toEqual([
      { id: 'hiking', type: 'group', until: null },
      { id: 'carol', type: 'oneOnOne', until: 4e12 },
    ]);
    expect(await of('/v3/groups/hiking')).toMatchObject({ name: 'Hiking', membersCount: 1 });
    expect(await of('/v3/groups/sailing/members')).toEqual([{ uid: 'dave' }]);
    expect((await backend('GET', '/v3/users/dave')).status).toBe(404);
    expect(await deps.registry.hgetall('usage:{demo}')).toEqual({ users: '2', members: '2' });
  });

  test('of the same lines again changes nothing, also after time has passed', async () => {
    await post(EVERYTHING);
    const before = await registry();
    deps.clock.advance(60_000);
    expect((await post(EVERYTHING)).body.data).toMatchObject({ rejected: 0, offset: 10 });
    expect(await registry()).toEqual(before);
  });

  test('reports bad lines by number and imports the others', async () => {
    // Its content does not matter here: nothing is sent.
    await deps.registry.hset('app:{demo}', 'p:fcm:fcm-1', '{}');
    const { body } = await post([
      user('a'),
      '',
      '{"type":"user"',
      fcm('b', 'token-b', { providerId: 'fcm-2' }),
      fcm('c', 'token-c', { providerId: 'fcm-1' }),
      { type: 'token', uid: 'c', platform: 'apns_ios_device', token: 'ab', providerId: 'fcm-1' },
      user('no such uid'),
      user('z'),
    ]);
    expect(body.data).toMatchObject({ offset: 8, rejected: 4, imported: { ...NONE, user: 2, token: 1 } });
    expect(body.data.problems).toEqual([
      { line: 3, problem: 'is not JSON' },
      { line: 4, problem: 'providerId: there is no fcm provider "fcm-2"' },
      { line: 6, problem: 'providerId: there is no apns provider "fcm-1"' },
      { line: 7, problem: expect.stringMatching(/^uid: must be/) },
    ]);
    expect(
      await Promise.all(['a', 'b', 'c', 'z'].map(async (uid) => (await backend('GET', `/v3/users/${uid}`)).status)),
    ).toEqual([200, 404, 200, 200]);
  });

  test('names the first thousand bad lines and counts them all', async () => {
    const { body } = await post(Array(2500).fill('nonsense'));
    expect(body.data).toMatchObject({ offset: 2500, rejected: 2500, imported: NONE });
    expect(body.data.problems.at(-1)).toEqual({ line: 1000, problem: 'is not JSON' });
    expect(body.data.problems).toHaveLength(1000);
  });

  test('takes later values where a user, group or mute occurs again, and each member once', async () => {
    await post([
      user('bob', { name: 'Old', avatar: 'https://example.com/a.png' }),
      { type: 'member', guid: 'g', uid: 'bob' },
      { type: 'member', guid: 'g', uid: 'bob' },
      { type: 'group', guid: 'g', name: 'Old' },
      user('bob', { name: 'New', avatar: null }),
      { type: 'group', guid: 'g', name: 'New' },
    ]);
    const bob = (await backend('GET', '/v3/users/bob')).body.data;
    expect([bob.name, bob.avatar]).toEqual(['New', undefined]);
    expect((await backend('GET', '/v3/groups/g')).body.data).toMatchObject({ name: 'New', membersCount: 1 });
  });

  test('ignores mutes that are over, and what the app does not let users set', async () => {
    const preferences = {
      mute: { mutedGroupsOverride: false },
      group: { messagesOverride: false },
    };
    expect((await backend('PATCH', '/v3/notifications/v1/settings', { preferences })).status).toBe(200);
    const mute = { type: 'mute', uid: 'bob' };
    const { body } = await post([
      { ...mute, conversationType: 'oneOnOne', conversationId: 'over', until: 1.5e12 },
      { ...mute, conversationType: 'group', conversationId: 'hiking' },
      { type: 'preferences', uid: 'bob', preferences: { groupPreferences: { groupMessages: 3 } } },
    ]);
    expect(body.data).toMatchObject({ rejected: 0 });
    const stored = await deps.registry.hgetall('user:{demo:bob}');
    expect(stored.prefs).toBe('{"groupPreferences":{}}');
    expect(Object.keys(stored).filter((field) => field.startsWith('m:'))).toEqual([]);
  });

  test('refuses more mutes than a user may have', async () => {
    const mutes = Array.from({ length: 1001 }, (_, i) => ({
      type: 'mute',
      uid: 'bob',
      conversationType: 'group',
      conversationId: `g${i}`,
    }));
    const { body } = await post(mutes);
    expect(body.data.imported.mute).toBeLessThanOrEqual(1000);
    expect(body.data.problems[0].problem).toBe('uid: has too many mutes');
    expect(body.data.imported.mute + body.data.rejected).toBe(1001);
  });

  test('keeps no more tokens of a user than allowed', async () => {
    for (let times = 0; times < 2; times++) {
      const { body } = await post(['t1', 't2', 't3'].map((token) => fcm('bob', token)));
      expect(body.data.problems).toEqual([{ line: 3, problem: 'token: a user may have 2 at most' }]);
      expect((await backend('GET', '/v3/users/bob/devices')).body.data).toHaveLength(2);
    }
  });

  test('must be NDJSON', async () => {
    expect((await backend('POST', '/v3/import', { type: 'user', uid: 'bob' })).status).toBe(415);
  });
});

test('a dry run checks the lines and writes nothing', async () => {
  const before = await registry();
  const { body } = await post([...EVERYTHING, 'nonsense'], '?id=dry&dryRun=true');
  expect(body.data).toMatchObject({
    state: 'done',
    dryRun: true,
    offset: 11,
    imported: { user: 1, token: 2, preferences: 2, mute: 2, group: 1, member: 2 },
    problems: [{ line: 11, problem: 'is not JSON' }],
  });
  expect(await registry()).toEqual(before);
});

describe('an app at its quota', () => {
  test.each([
    ['users', { users: 2 }, [user('a'), user('b'), user('c'), fcm('d', 't'), fcm('a', 't2')], [3, 4]],
    ['groups', { groups: 1 }, ['g', 'h', 'g'].map((guid) => ({ type: 'group', guid })), [2]],
    ['members', { members: 2 }, ['a', 'b', 'a', 'c'].map((uid) => ({ type: 'member', guid: 'g', uid })), [4]],
  ])('gets no more %s, by name of the line, now or later', async (kind, quotas, lines, refused) => {
    await server.inject({
      method: 'PATCH',
      url: '/v3/apps/demo',
      headers: { adminkey: ADMIN_KEY },
      payload: { quotas },
    });
    for (let times = 0; times < 2; times++) {
      const { body } = await post(lines);
      expect(body.data.problems).toEqual(
        refused.map((line) => ({ line, problem: expect.stringContaining(`${kind}: the app may have`) })),
      );
    }
  });
});

describe('an import that was interrupted', () => {
  const run = (id: string) => ({ appId: 'demo', id, token: `run-${Math.random()}` });
  const guard = { checkGrowth: async () => undefined };
  const lines = Array.from({ length: 1200 }, (_, i) => user(`user-${i}`));

  /** Sends lines and breaks off with this error. */
  async function breakOff(id: string, sent: readonly Line[], error: Error) {
    const stream = new PassThrough().on('error', () => undefined);
    const own = run(id);
    const begun = await beginImport(deps, own, { offset: 0, dryRun: false });
    const running = runImport(deps, guard, own, begun, stream);
    stream.write(ndjson(sent));
    setImmediate(() => stream.destroy(error));
    await expect(running).rejects.toThrow(error.message);
    return (await readImport(deps.registry, 'demo', id)) as NonNullable<Awaited<ReturnType<typeof readImport>>>;
  }

  test('says how far it has come, and continues there', async () => {
    const stopped = await breakOff('first', lines, new FanfareError('ERR_BAD_REQUEST', 'body: did not arrive'));
    expect(stopped).toMatchObject({ state: 'stopped' });
    expect(stopped.offset % 250).toBe(0);
    const rest = await post(lines.slice(stopped.offset), `?id=first&offset=${stopped.offset}`);
    expect(rest.body.data).toMatchObject({ state: 'done', offset: 1200, imported: { ...NONE, user: 1200 } });
    expect(await deps.registry.hget('usage:{demo}', 'users')).toBe('1200');
  });

  test('continues nowhere else, in no other mode, and not under another id', async () => {
    await post(lines.slice(0, 10), '?id=first');
    const refusals = await Promise.all(
      ['?id=first&offset=5', '?id=first&offset=10&dryRun=true', '?id=other&offset=10'].map((query) => post([], query)),
    );
    expect(refusals.map(({ status, body }) => [status, body.error.code])).toEqual([
      [400, 'ERR_BAD_REQUEST'],
      [400, 'ERR_BAD_REQUEST'],
      [404, 'ERR_IMPORT_NOT_FOUND'],
    ]);
    expect(refusals[0]?.body.error.message).toBe('offset: continue the import at 10, or start again at 0');
    expect((await backend('GET', '/v3/import/other')).body.error.code).toBe('ERR_IMPORT_NOT_FOUND');
  });

  test('starts again at 0, with new counts', async () => {
    await post(['nonsense', user('a')], '?id=first');
    expect((await post([user('a')], '?id=first')).body.data).toMatchObject({ offset: 1, rejected: 0, problems: [] });
  });

  test('is taken over by the next request, and the one before ends', async () => {
    const own = run('first');
    const stream = new PassThrough();
    const begun = await beginImport(deps, own, { offset: 0, dryRun: false });
    const running = runImport(deps, guard, own, begun, stream);
    const ended = expect(running).rejects.toMatchObject({ code: 'ERR_IMPORT_TAKEN_OVER' });
    const { body } = await post([user('a')], '?id=first');
    expect(body.data).toMatchObject({ state: 'done', offset: 1 });
    stream.end(ndjson(lines));
    await ended;
    expect((await backend('GET', '/v3/import/first')).body.data).toMatchObject({ state: 'done', offset: 1 });
  });

  test('stops while Redis is nearly full, and continues when there is room', async () => {
    const own = run('first');
    let checks = 0;
    const full = {
      checkGrowth: async () => {
        if (++checks > 1) throw new FanfareError('ERR_OVERLOADED', 'Redis is nearly full', { retryAfterS: 5 });
      },
    };
    const stream = new PassThrough();
    stream.end(ndjson(lines));
    const begun = await beginImport(deps, own, { offset: 0, dryRun: false });
    await expect(runImport(deps, full, own, begun, stream)).rejects.toMatchObject({ code: 'ERR_OVERLOADED' });
    expect((await backend('GET', '/v3/import/first')).body.data).toMatchObject({ state: 'stopped', offset: 250 });
    expect((await post(lines.slice(250), '?id=first&offset=250')).body.data).toMatchObject({ offset: 1200 });
  });
});
