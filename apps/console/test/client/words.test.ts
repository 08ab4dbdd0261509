import { expect, test } from '@jest/globals';
import { inSentence, wordOf } from '../../src/client/format/outcomes.ts';
import { runsOf } from '../../src/client/format/runs.ts';
import { zoneOf } from '../../src/client/format/time.ts';
import { targetName } from '../../src/client/format/words.ts';

test('a code is words, and an acronym stays one', () => {
  expect([wordOf('http_422'), inSentence('http_422')]).toEqual(['HTTP 422', 'HTTP 422']);
  expect([wordOf('DND_PREFERENCE'), inSentence('TOKEN_DEAD')]).toEqual(['DND preference', 'token dead']);
});

test('a name in Arabic or Hebrew is a run of its own, with the spaces within it', () => {
  const runs = runsOf('Sent to נועם כהן: 2 of 2 targets accepted it.');
  expect(runs.map(({ text, isRightToLeft }) => [text, isRightToLeft])).toEqual([
    ['Sent to ', false],
    ['נועם כהן', true],
    [': 2 of 2 targets accepted it.', false],
  ]);
});

test.each(['', 'a', 'א', ' א ', 'אב a גד, ה', '🎉 ليلى 🎉'])('the runs of %j are the text', (text) => {
  const runs = runsOf(text);
  expect(runs.map((run) => run.text).join('')).toBe(text);
  for (const run of runs) expect(text.startsWith(run.text, run.at)).toBe(true);
});

test('the zone of the browser is named with its offset', () => {
  expect(zoneOf(0)).toMatch(/^\S+( \(GMT[+-]\d+(:\d+)?\))?$/);
});

test.each([
  ['fcm_android', 'Android'],
  ['fcm_flutter_android', 'Android'],
  ['fcm_react_native_ios', 'iOS through FCM'],
  ['apns_ios_voip', 'iPhone, VoIP'],
  ['apns_ionic_cordova_device', 'iPhone'],
  ['fcm_fridge', 'fcm fridge'],
])('the platform %s is called %s', (platform, name) => {
  expect(targetName({ platform })).toBe(name);
});
