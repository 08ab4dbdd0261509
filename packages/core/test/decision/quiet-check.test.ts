import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../src/index.ts';
import { appWith, bob, decide, GROUP, NOW, no, SEND } from '../support/decisions.ts';
import { event } from '../support/sample-events.ts';

const message = event('message.sent', GROUP);
const ring = event('call.initiated');
const dnd = { mutePreferences: { dnd: 2 } };
const office = { mutePreferences: { schedule: { monday: { from: 900, to: 1800 } } } };
/** 03:30 on Monday in UTC, and 12:30 in Tokyo. */
const closed = bob({ preferences: office });
const CLOSED = no('SCHEDULE_PREFERENCE', 'monday 900-1800 UTC');

describe('Do Not Disturb', () => {
  test('of a user, or of the app for all, blocks everything', () => {
    expect(decide(message, {}, bob({ preferences: dnd }))).toEqual(no('DND_PREFERENCE'));
    expect(decide(message, appWith({ mute: { dndPreferenceSetting: 2 } }))).toEqual(no('DND_PREFERENCE'));
  });

  test('can be switched off by a user, where the app allows it', () => {
    const off = bob({ preferences: { mutePreferences: { dnd: 1 } } });
    const app = { dndPreferenceSetting: 2 };
    expect(decide(message, appWith({ mute: app }), off)).toEqual(SEND);
    expect(decide(message, appWith({ mute: { ...app, dndPreferenceOverride: false } }), off)).toEqual(
      no('DND_PREFERENCE'),
    );
  });

  test('of a user does not count where the app does not allow it', () => {
    expect(decide(message, appWith({ mute: { dndPreferenceOverride: false } }), bob({ preferences: dnd }))).toEqual(
      SEND,
    );
  });
});

describe('a mute', () => {
  test.each([
    ['forever', null, no('MUTE_PREFERENCE', 'forever')],
    ['until later', NOW + 1, no('MUTE_PREFERENCE', String(NOW + 1))],
    ['until now', NOW, SEND],
    ['until before', NOW - 1, SEND],
  ])('%s', (_until, mutedUntil, decision) => {
    expect(decide(message, {}, bob({ mutedUntil }))).toEqual(decision);
  });

  test.each([
    ['mutedGroupsOverride', message, event('message.sent')],
    ['mutedOneOnOnesOverride', event('message.sent'), message],
  ])('does not count without %s, which is of one kind of conversation only', (key, without, other) => {
    const app = appWith({ mute: { [key]: false } });
    expect(decide(without, app, bob({ mutedUntil: null }))).toEqual(SEND);
    expect(decide(other, app, bob({ mutedUntil: null }))).toEqual(no('MUTE_PREFERENCE', 'forever'));
  });
});

describe('a schedule', () => {
  test.each([
    ["in the user's own zone", 'Asia/Tokyo', 'UTC', SEND],
    ['by a fixed offset', '+09:00', 'UTC', SEND],
    ["in the app's when the user has none", undefined, 'Asia/Tokyo', SEND],
    ["in the app's when there is no such zone", 'Mars/Phobos', 'Asia/Tokyo', SEND],
    ['in UTC when there is neither', 'Mars/Phobos', 'Mars/Deimos', CLOSED],
    ['outside its hours', 'UTC', 'Asia/Tokyo', CLOSED],
  ])('is read %s', (_where, timezone, appZone, decision) => {
    expect(decide(message, { timezone: appZone }, { ...closed, timezone })).toEqual(decision);
  });

  test("of the app holds for all; a user's own day replaces it, where the app allows it", () => {
    const silent = { schedulePreferenceSetting: { monday: { dnd: true } } };
    const own = bob({ preferences: { mutePreferences: { schedule: { monday: { dnd: false } } } } });
    const SILENT = no('SCHEDULE_PREFERENCE', 'monday dnd UTC');
    expect(decide(message, appWith({ mute: silent }))).toEqual(SILENT);
    expect(decide(message, appWith({ mute: silent }), own)).toEqual(SEND);
    expect(decide(message, appWith({ mute: { ...silent, schedulePreferenceOverride: false } }), own)).toEqual(SILENT);
  });

  test("of a user's last night reaches into the app's morning", () => {
    const night = bob({ preferences: { mutePreferences: { schedule: { sunday: { from: 2200, to: 400 } } } } });
    const late = appWith({ mute: { schedulePreferenceSetting: { monday: { from: 900, to: 1800 } } } });
    expect(decide(message, late, night)).toEqual(SEND);
    expect(decide(message, late)).toEqual(CLOSED);
  });
});

describe('calls', () => {
  test.each([
    ['ignoreDnd', bob({ preferences: dnd }), no('DND_PREFERENCE'), false],
    ['ignoreMute', bob({ mutedUntil: null }), no('MUTE_PREFERENCE', 'forever'), false],
    ['ignoreSchedule', closed, CLOSED, true],
  ] as const)('go through when the app says %s', (key, recipient, refused, standard) => {
    expect(decide(ring, {}, recipient)).toEqual(standard ? SEND : refused);
    expect(decide(ring, appWith({ call: { [key]: true } }), recipient)).toEqual(SEND);
    expect(decide(ring, appWith({ call: { [key]: false } }), recipient)).toEqual(refused);
  });

  test('alone bypass the checks', () => {
    const call = { ignoreDnd: true, ignoreMute: true, ignoreSchedule: true };
    expect(decide(message, appWith({ call }), bob({ preferences: dnd }))).toEqual(no('DND_PREFERENCE'));
    expect(decide(message, appWith({ call }), closed)).toEqual(CLOSED);
  });
});

describe('a call that rang', () => {
  const states = ['cancelled', 'unanswered', 'rejected', 'busy', 'ended', 'ongoing'] as const;
  const quiet = { preferences: { mutePreferences: { ...office.mutePreferences, dnd: 2 } }, mutedUntil: null };
  const strict = appWith({ call: { ignoreSchedule: false } });

  test.each(states)('stops ringing when it is %s, despite Do Not Disturb, mute and schedule set since', (state) => {
    expect(decide(event(`call.${state}`), strict, bob({ ...quiet, rang: true }))).toEqual(SEND);
    expect(decide(event(`call.${state}`), strict, bob(quiet))).toEqual(no('DND_PREFERENCE'));
  });

  test('does not ring again', () => {
    expect(decide(ring, strict, bob({ ...quiet, rang: true }))).toEqual(no('DND_PREFERENCE'));
  });
});

test.each(['message.edited', 'message.deleted', 'reaction.removed'] as const)(
  'what %s takes back is taken back in spite of Do Not Disturb, mute and schedule',
  (type) => {
    const quiet = bob({ preferences: { mutePreferences: { ...office.mutePreferences, dnd: 2 } }, mutedUntil: null });
    expect(decide(event(type), appWith({ oneOnOne: { reactionRemovedSetting: 2 } }), quiet)).toEqual(SEND);
  },
);

test.each(['reaction.added', 'group.member_joined', 'call.cancelled'] as const)(
  '%s is kept away by all three',
  (type) => {
    const app = appWith({ group: { memberJoinedSetting: 2 }, call: { ignoreSchedule: false } });
    const subject = event(type as Extract<EventType, 'reaction.added'>);
    expect(decide(subject, app, bob({ preferences: dnd }))).toEqual(no('DND_PREFERENCE'));
    expect(decide(subject, app, bob({ mutedUntil: null }))).toEqual(no('MUTE_PREFERENCE', 'forever'));
    expect(decide(subject, app, closed)).toEqual(CLOSED);
  },
);
