import { expect, test } from '@jest/globals';
import { readImportLine } from '../../src/import/import-line.ts';

const read = (line: unknown) => readImportLine(JSON.stringify(line));

test('each type of line is read, and what may be left out has its default', () => {
  const user = { type: 'user', uid: 'bob', name: 'Bob', timezone: '+5', deactivated: true };
  expect(read(user)).toEqual({ ...user, timezone: '+05:00' });
  expect(read({ type: 'token', uid: 'bob', platform: 'apns_ios_device', token: '<AB CD>' })).toEqual({
    type: 'token',
    uid: 'bob',
    platform: 'apns_ios_device',
    token: 'abcd',
    providerId: 'default',
  });
  const others = [
    { type: 'preferences', uid: 'bob', preferences: { groupPreferences: { groupMessages: 3 } } },
    { type: 'mute', uid: 'bob', conversationType: 'group', conversationId: 'hiking', until: null },
    { type: 'group', guid: 'hiking', name: null },
    { type: 'member', guid: 'hiking', uid: 'bob' },
  ];
  expect(others.map(read)).toEqual(others);
});

test.each([
  ['{"type":"user"', 'is not JSON'],
  ['[]', 'must be one of: user, token, preferences, mute, group, member'],
  ['{"uid":"bob"}', 'type: must be one of: user, token, preferences, mute, group, member'],
  ['{"type":"person","uid":"bob"}', 'type: must be one of: user, token, preferences, mute, group, member'],
  ['{"type":"user","uid":"b b"}', 'uid: must be 1 to 100 characters of A-Z, a-z, 0-9, "_" and "-"'],
  ['{"type":"user","uid":"bob","nmae":"Bob"}', 'nmae: is not a known field'],
  ['{"type":"token","uid":"bob","platform":"fcm_android","token":""}', expect.stringMatching(/^token: /)],
  ['{"type":"token","uid":"bob","platform":"windows","token":"t"}', expect.stringMatching(/^platform: must be one of/)],
  [
    '{"type":"mute","uid":"bob","conversationType":"group","conversationId":"g","until":1741847453}',
    'until: must be epoch milliseconds (this looks like seconds)',
  ],
  [
    '{"type":"preferences","uid":"bob","preferences":{"groupPreferences":{"groupMessages":9}}}',
    expect.stringMatching(/^preferences\.groupPreferences\.groupMessages: must be one of/),
  ],
])('%s: a problem that names the field', (text, problem) => {
  expect(readImportLine(text as string)).toEqual(problem);
});
