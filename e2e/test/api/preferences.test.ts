import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { logIn } from '../support/devices.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

const PATHS = ['/v3/notifications/v1/preferences', '/v3/notifications/push/v1/preferences'] as const;
const [PATH, SDK_PATH] = PATHS;
const SETTINGS = '/v3/notifications/v1/settings';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

let serial = 0;
/** The device of a person of whom nothing is known yet. */
const aUser = async () => system.asUser(await logIn(system, `user-${++serial}`));
/** An app of its own, for tests that change settings. */
const anApp = () => createApp(system.admin, system.url, `app-${++serial}`);

const WHOLE_DAY = { from: 0, to: 2359, dnd: false };
const DEFAULTS = {
  groupPreferences: {
    groupMessages: 2,
    groupReplies: 2,
    groupQuotedReplies: 2,
    groupReactions: 2,
    groupMemberLeft: 1,
    groupMemberAdded: 1,
    groupMemberJoined: 1,
    groupMemberKicked: 1,
    groupMemberBanned: 1,
    groupMemberUnbanned: 1,
    groupMemberScopeChanged: 1,
  },
  oneOnOnePreferences: { oneOnOneMessages: 2, oneOnOneReplies: 2, oneOnOneQuotedReplies: 2, oneOnOneReactions: 2 },
  mutePreferences: {
    dnd: 1,
    schedule: {
      monday: WHOLE_DAY,
      tuesday: WHOLE_DAY,
      wednesday: WHOLE_DAY,
      thursday: WHOLE_DAY,
      friday: WHOLE_DAY,
      saturday: WHOLE_DAY,
      sunday: WHOLE_DAY,
    },
  },
  usePrivacyTemplate: false,
};

describe.each(PATHS)('%s', (path) => {
  test('answers with the whole object for a person who has chosen nothing', async () => {
    const { status, body } = await (await aUser()).get(path);
    expect({ status, body }).toEqual({ status: 200, body: { data: DEFAULTS } });
  });

  test('a change keeps what it does not name and answers with the whole', async () => {
    const phone = await aUser();
    await phone.patch(path, { groupPreferences: { groupMessages: 3 }, usePrivacyTemplate: true });
    const { status, body } = await phone.patch(path, {
      groupPreferences: { groupReplies: 4 },
      mutePreferences: { dnd: 2 },
    });
    const wanted = {
      ...DEFAULTS,
      groupPreferences: { ...DEFAULTS.groupPreferences, groupMessages: 3, groupReplies: 4 },
      mutePreferences: { ...DEFAULTS.mutePreferences, dnd: 2 },
      usePrivacyTemplate: true,
    };
    expect({ status, body }).toEqual({ status: 200, body: { data: wanted } });
    for (const other of PATHS) expect((await phone.get(other)).body.data).toEqual(wanted);
  });

  test('days and parts of a day that are left out keep their value; a window may cross midnight', async () => {
    const phone = await aUser();
    await phone.patch(path, { mutePreferences: { schedule: { monday: { from: 2200, to: 600 } } } });
    const { body } = await phone.patch(path, {
      mutePreferences: { schedule: { monday: { to: 700 }, friday: { dnd: true } } },
    });
    expect(body.data.mutePreferences).toEqual({
      dnd: 1,
      schedule: {
        ...DEFAULTS.mutePreferences.schedule,
        monday: { from: 2200, to: 700, dnd: false },
        friday: { from: 0, to: 2359, dnd: true },
      },
    });
  });

  test('a reset brings back the defaults, and says so', async () => {
    const phone = await aUser();
    await phone.patch(path, { oneOnOnePreferences: { oneOnOneMessages: 1 }, mutePreferences: { dnd: 2 } });
    // As the SDK does it: with a content type and no body.
    const reset = await phone.call('DELETE', path, undefined, { 'content-type': 'application/json' });
    expect({ status: reset.status, body: reset.body }).toEqual({ status: 200, body: { data: DEFAULTS } });
    expect((await phone.get(path)).body.data).toEqual(DEFAULTS);
  });
});

describe('a value that cannot be is refused, naming the field, and nothing is written', () => {
  const monday = (day: object) => ({ mutePreferences: { schedule: { monday: day } } });
  test.each<[string, unknown, string]>([
    ['groupPreferences.groupMessages', { groupPreferences: { groupMessages: 4 } }, '1, 2, 3'],
    ['groupPreferences.groupReplies', { groupPreferences: { groupReplies: 5 } }, '1, 2, 3, 4'],
    ['groupPreferences.groupMemberLeft', { groupPreferences: { groupMemberLeft: 3 } }, '1, 2'],
    ['groupPreferences.groupReactions', { groupPreferences: { groupReactions: 'all' } }, ''],
    ['oneOnOnePreferences.oneOnOneReactions', { oneOnOnePreferences: { oneOnOneReactions: 0 } }, '1, 2, 3'],
    ['oneOnOnePreferences', { oneOnOnePreferences: 2 }, ''],
    ['mutePreferences.dnd', { mutePreferences: { dnd: 3 } }, '1, 2'],
    ['mutePreferences.schedule.monday.from', monday({ from: 2360 }), 'HHMM'],
    ['mutePreferences.schedule.monday.from', monday({ from: 960 }), 'HHMM'],
    ['mutePreferences.schedule.monday.from', monday({ from: -1 }), ''],
    ['mutePreferences.schedule.monday.to', monday({ to: 2400 }), ''],
    ['mutePreferences.schedule.monday.to', monday({ to: '18:00' }), ''],
    ['mutePreferences.schedule.monday.dnd', monday({ dnd: 2 }), ''],
    ['usePrivacyTemplate', { usePrivacyTemplate: 'yes' }, ''],
    ['body', [], ''],
    ['body', undefined, ''],
  ])('%s: %j', async (field, patch, allowed) => {
    const phone = await aUser();
    const withGood =
      patch && !Array.isArray(patch) ? { oneOnOnePreferences: { oneOnOneMessages: 1 }, ...patch } : patch;
    const { status, body } = await phone.patch(PATH, withGood);
    expect([status, body.error.code, body.error.message.split(':')[0]]).toEqual([400, 'ERR_BAD_REQUEST', field]);
    expect(body.error.message).toContain(allowed);
    expect((await phone.get(PATH)).body.data).toEqual(DEFAULTS);
  });

  test('but fields that we do not know are ignored', async () => {
    const phone = await aUser();
    const { status, body } = await phone.patch(PATH, {
      groupPreferences: { groupMessages: 1, groupPolls: 7 },
      emailPreferences: {},
    });
    expect([status, body.data.groupPreferences]).toEqual([200, { ...DEFAULTS.groupPreferences, groupMessages: 1 }]);
  });
});

describe('what the app does not let people set', () => {
  const OVER_ALL = {
    groupPreferences: { groupMessages: 1, groupReplies: 1 },
    mutePreferences: { dnd: 2, schedule: { monday: { dnd: true } } },
    usePrivacyTemplate: true,
  };
  const LOCKED = {
    group: { messagesSetting: 3, messagesOverride: false },
    mute: { dndPreferenceOverride: false, schedulePreferenceOverride: false },
    usePrivacyTemplate: 1,
  };

  test('is ignored; the rest is set', async () => {
    const backend = await anApp();
    await backend.patch(SETTINGS, { preferences: LOCKED });
    const { status, body } = await backend.patch(`${PATH}?uid=bob`, OVER_ALL);
    expect(status).toBe(200);
    expect(body.data).toEqual({
      ...DEFAULTS,
      groupPreferences: { ...DEFAULTS.groupPreferences, groupMessages: 3, groupReplies: 1 },
    });
    await backend.patch(SETTINGS, { preferences: null });
    expect((await backend.get(`${PATH}?uid=bob`)).body.data).toEqual({
      ...DEFAULTS,
      groupPreferences: { ...DEFAULTS.groupPreferences, groupReplies: 1 },
    });
  });

  test('is refused with strict=true, naming all of it, and nothing is written', async () => {
    const backend = await anApp();
    await backend.patch(SETTINGS, { preferences: LOCKED });
    const { status, body } = await backend.patch(`${SDK_PATH}?uid=bob&strict=true`, OVER_ALL);
    expect([status, body.error.code]).toEqual([400, 'ERR_BAD_REQUEST']);
    expect(body.error.details.problems.map(({ field }: { field: string }) => field)).toEqual([
      'groupPreferences.groupMessages',
      'mutePreferences.dnd',
      'mutePreferences.schedule',
      'usePrivacyTemplate',
    ]);
    expect((await backend.get(`${PATH}?uid=bob`)).body.data.groupPreferences.groupReplies).toBe(2);
    const allowed = await backend.patch(`${PATH}?uid=bob&strict=true`, { groupPreferences: { groupReplies: 1 } });
    expect([allowed.status, allowed.body.data.groupPreferences.groupReplies]).toEqual([200, 1]);
    expect((await backend.patch(`${PATH}?uid=bob&strict=maybe`, {})).status).toBe(400);
  });

  test('what was set before counts again once it is allowed again', async () => {
    const backend = await anApp();
    await backend.patch(`${PATH}?uid=bob`, OVER_ALL);
    await backend.patch(SETTINGS, { preferences: LOCKED });
    const locked = (await backend.get(`${PATH}?uid=bob`)).body.data;
    expect(locked).toMatchObject({
      groupPreferences: { groupMessages: 3, groupReplies: 1 },
      mutePreferences: { dnd: 1, schedule: { monday: { dnd: false } } },
      usePrivacyTemplate: false,
    });
    await backend.delete(SETTINGS);
    expect((await backend.get(`${PATH}?uid=bob`)).body.data).toMatchObject(OVER_ALL);
  });
});

describe('whose preferences', () => {
  test('an auth token reaches its own person only', async () => {
    const mallory = system.asUser(await logIn(system, 'mallory'));
    for (const path of PATHS) {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const patch = method === 'PATCH' ? { mutePreferences: { dnd: 2 } } : undefined;
        const byQuery = await mallory.call(method, `${path}?uid=alice`, patch);
        const byHeader = await mallory.call(method, path, patch, { onbehalfof: 'alice' });
        for (const { status, body } of [byQuery, byHeader]) {
          expect([status, body.error.code]).toEqual([403, 'AUTH_ERR_NO_ACCESS']);
        }
      }
    }
    expect((await system.backend.get(`${PATH}?uid=alice`)).body.data).toEqual(DEFAULTS);
  });

  test('an API key says on whose behalf, in the query or a header; the operator too', async () => {
    await system.backend.patch(`${PATH}?uid=carol`, { mutePreferences: { dnd: 2 } });
    const byHeader = await system.backend.call('GET', PATH, undefined, { onbehalfof: 'carol' });
    expect(byHeader.body.data.mutePreferences.dnd).toBe(2);
    const byOperator = await system.admin.call('GET', `${PATH}?uid=carol`, undefined, { appid: 'app123' });
    expect(byOperator.body).toEqual(byHeader.body);
    for (const path of [PATH, `${PATH}?uid=`, `${PATH}?uid=a%20b`]) {
      const { status, body } = await system.backend.get(path);
      expect([status, body.error.message.split(':')[0]]).toEqual([400, 'uid']);
    }
  });

  test('without a credential, or with a key that may only publish, no one', async () => {
    expect((await new Api(system.url, {}).get(`${PATH}?uid=carol`)).body.error.code).toBe('AUTH_ERR_EMPTY_APIKEY');
    const { body } = await system.admin.post('/v3/apps/app123/apikeys', { scopes: ['publish'] });
    const publisher = new Api(system.url, { apikey: body.data.apiKey });
    expect((await publisher.get(`${PATH}?uid=carol`)).status).toBe(403);
  });

  test('a user of another app with the same uid is another user', async () => {
    const other = await anApp();
    await system.backend.patch(`${PATH}?uid=dave`, { mutePreferences: { dnd: 2 } });
    expect((await other.get(`${PATH}?uid=dave`)).body.data).toEqual(DEFAULTS);
  });
});
