import { FanfareClientError } from '@fanfare/client';
import { describe, expect, test } from '@jest/globals';
import { fieldProblems } from '../../src/client/api/field-problems.ts';
import { scheduleWords } from '../../src/client/pages/people/preference-words.ts';
import { readP8, readServiceAccount } from '../../src/client/pages/providers/read-files.ts';
import { changesOf, patchOf, valueAt, withValue } from '../../src/client/pages/settings/changes.ts';
import { jsonOf, textOf } from '../../src/client/pages/settings/json-text.ts';

describe('files of credentials', () => {
  const account = {
    type: 'service_account',
    project_id: 'p',
    client_email: 'a@p',
    private_key: '-----BEGIN PRIVATE KEY',
  };

  test('a service account says its project', () => {
    const text = JSON.stringify(account);
    expect(readServiceAccount(text)).toEqual({ ok: true, value: { text, projectId: 'p', clientEmail: 'a@p' } });
  });

  test.each([
    ['nothing', '', /not a JSON file/],
    ['a list', '[]', /not a service account/],
    ['null', 'null', /not a JSON file/],
    ['the file of an Android app', '{"project_info":{}}', /google-services\.json/],
    ['an OAuth client', '{"type":"authorized_user"}', /not a service account/],
    ['one without a key', JSON.stringify({ ...account, private_key: '' }), /private_key/],
  ])('%s is named for what it is', (_name, text, problem) => {
    expect(readServiceAccount(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  test('a key of APNs has its id in the name of its file', () => {
    const text = '-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----\n';
    expect(readP8('AuthKey_ABC1234DEF.p8', text)).toEqual({ ok: true, value: { text, keyId: 'ABC1234DEF' } });
    expect(readP8('renamed.p8', text)).toEqual({ ok: true, value: { text, keyId: undefined } });
    expect(readP8('aps.cer', '-----BEGIN CERTIFICATE-----')).toMatchObject({ ok: false });
    expect(readP8('AuthKey_ABC1234DEF.p8', 'PK')).toMatchObject({ ok: false });
  });
});

describe('changes of settings', () => {
  const settings = { badge: true, deadlines: {}, templates: { a: { body: 'x', locales: { de: { body: 'y' } } } } };

  test('are the values that differ, and the patch that makes them', () => {
    const draft = [
      [['badge'], false],
      [['templates', 'a', 'locales', 'de', 'body'], undefined],
      [['deadlines', 'message'], { leaveMs: 1, holdMs: 2 }],
    ].reduce((all, [path, value]) => withValue(all, path as string[], value), settings as object);
    const changes = changesOf(settings, draft);
    expect(changes).toHaveLength(4);
    expect(patchOf(changes)).toEqual({
      badge: false,
      templates: { a: { locales: { de: { body: null } } } },
      deadlines: { message: { leaveMs: 1, holdMs: 2 } },
    });
    expect(valueAt(draft, ['deadlines', 'message', 'holdMs'])).toBe(2);
    expect(settings.badge).toBe(true);
  });

  test('of an object that the API replaces are one', () => {
    const membership = { url: 'https://chat.example.com/members' };
    const custom = withValue({ ...settings, membership }, ['preferences', 'push', 'customJson'], { a: 1, b: null });
    const draft = withValue(custom, ['membership'], undefined);
    expect(patchOf(changesOf({ ...settings, membership }, draft))).toEqual({
      membership: null,
      preferences: { push: { customJson: { a: 1, b: null } } },
    });
    expect(changesOf(draft, withValue(draft, ['preferences', 'push', 'customJson'], { a: 1, b: null }))).toEqual([]);
    expect(patchOf(changesOf(draft, withValue(draft, ['preferences', 'push', 'customJson', 'b'], 2)))).toEqual({
      preferences: { push: { customJson: { a: 1, b: 2 } } },
    });
  });

  test('taken back are none', () => {
    expect(changesOf(settings, withValue(withValue(settings, ['badge'], false), ['badge'], true))).toEqual([]);
  });
});

test('an object is written as JSON; what is no JSON stays as it was typed', () => {
  for (const text of ['', '{"a":[1,null]}', '5', 'null', '{"a":'])
    expect(jsonOf(textOf(jsonOf(text)))).toEqual(jsonOf(text));
  expect([jsonOf(' \n'), jsonOf('{"a": 1}'), jsonOf('{"a":')]).toEqual([undefined, { a: 1 }, '{"a":']);
  expect(textOf({ a: 1 })).toBe('{\n  "a": 1\n}');
});

test('a schedule reads in words, days alike together', () => {
  const day = (from: number, to: number, dnd = false) => ({ from, to, dnd });
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const week = (of: (i: number) => object) => Object.fromEntries(days.map((name, i) => [name, of(i)])) as never;
  expect(scheduleWords(week(() => day(0, 2359)))).toBe('always');
  expect(scheduleWords(week(() => day(900, 1730)))).toBe('every day 09:00 to 17:30');
  expect(scheduleWords(week((i) => day(800, 2200, i > 4)))).toBe('Mon to Fri 08:00 to 22:00, Sat and Sun silent');
  expect(scheduleWords(week((i) => day(0, i === 2 ? 1200 : 2359)))).toBe(
    'Mon and Tue all day, Wed 00:00 to 12:00, Thu to Sun all day',
  );
});

test('what the API says of a field stands beside it', () => {
  const refused = (message: string) => new FanfareClientError('ERR_BAD_REQUEST', message, { status: 400 });
  const fields = ['teamId', 'serviceAccountCreds'] as const;
  expect(fieldProblems(refused('teamId: must have 10 characters'), fields)).toEqual({
    teamId: 'must have 10 characters',
  });
  expect(fieldProblems(refused('serviceAccountCreds.token_uri: is not https'), fields)).toEqual({
    serviceAccountCreds: 'token_uri is not https',
  });
  expect(fieldProblems(refused('other: is wrong'), fields)).toEqual({});
  expect(fieldProblems(new Error('teamId: x'), fields)).toEqual({});
});
