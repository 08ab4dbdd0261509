import { describe, expect, test } from '@jest/globals';
import {
  allowedPart,
  DEFAULT_SETTINGS,
  effectivePreferences,
  effectiveSettings,
  fieldProblems,
  mergePreferences,
  type UserPreferences,
  UserPreferencesPatch,
} from '../../src/index.ts';
import { settingsProblems } from '../support/settings.ts';

/**
 * What a user may choose: scope, key in the app's settings, key in the user's, values, default
 * (docs/rules/decision.md#preferences).
 */
const ROWS = [
  ['group', 'messages', 'groupMessages', [1, 2, 3], 2],
  ['group', 'replies', 'groupReplies', [1, 2, 3, 4], 2],
  ['group', 'quotedReplies', 'groupQuotedReplies', [1, 2, 3, 4], 2],
  ['group', 'reactions', 'groupReactions', [1, 2, 3], 2],
  ['group', 'memberLeft', 'groupMemberLeft', [1, 2], 1],
  ['group', 'memberAdded', 'groupMemberAdded', [1, 2], 1],
  ['group', 'memberJoined', 'groupMemberJoined', [1, 2], 1],
  ['group', 'memberKicked', 'groupMemberKicked', [1, 2], 1],
  ['group', 'memberBanned', 'groupMemberBanned', [1, 2], 1],
  ['group', 'memberUnbanned', 'groupMemberUnbanned', [1, 2], 1],
  ['group', 'memberScopeChanged', 'groupMemberScopeChanged', [1, 2], 1],
  ['oneOnOne', 'messages', 'oneOnOneMessages', [1, 2, 3], 2],
  ['oneOnOne', 'replies', 'oneOnOneReplies', [1, 2, 3, 4], 2],
  ['oneOnOne', 'quotedReplies', 'oneOnOneQuotedReplies', [1, 2, 3, 4], 2],
  ['oneOnOne', 'reactions', 'oneOnOneReactions', [1, 2, 3], 2],
  ['mute', 'dndPreference', 'dnd', [1, 2], 1],
] as const;

type Numbers = Record<string, Record<string, number>>;

describe.each(ROWS)('%s.%s', (scope, name, key, values, standard) => {
  const part = `${scope}Preferences`;
  const own = (value: unknown) => ({ [part]: { [key]: value } });
  const holds = (settings: object, preferences: object = {}) =>
    (effectivePreferences(effectiveSettings({ preferences: settings }).preferences, preferences) as unknown as Numbers)[
      part
    ]?.[key];
  const setting = (value: number, override = true) => ({
    [scope]: { [`${name}Setting`]: value, [`${name}Override`]: override },
  });

  test(`is ${standard} by default, and a user may change it`, () => {
    expect(holds({})).toBe(standard);
    for (const value of values) expect(holds({}, own(value))).toBe(value);
  });

  test("is the app's value, for users who have set nothing", () => {
    for (const value of values) expect(holds(setting(value))).toBe(value);
  });

  test("is the app's value, whatever the user had set, once the app disables overrides", () => {
    expect(holds(setting(1, false), own(2))).toBe(1);
    expect(holds(setting(2, false), own(1))).toBe(2);
  });

  test(`accepts ${values.join(', ')} from a user and from an app, and rejects anything else by naming them`, () => {
    const problem = `must be one of: ${values.join(', ')}`;
    for (const value of [0, 1, 2, 3, 4, 5, 1.5, '2', true, [2]]) {
      const allowed = (values as readonly unknown[]).includes(value);
      const person = UserPreferencesPatch.safeParse(own(value));
      expect(person.success).toBe(allowed);
      if (person.success) expect(person.data).toEqual(own(value));
      else expect(fieldProblems(person.error)).toEqual([{ field: `${part}.${key}`, problem }]);
      expect(settingsProblems({ preferences: { [scope]: { [`${name}Setting`]: value } } })).toEqual(
        allowed ? [] : [{ field: `preferences.${scope}.${name}Setting`, problem }],
      );
    }
  });

  test('is rejected by name when the app disables overrides', () => {
    const { preferences } = effectiveSettings({ preferences: setting(2, false) });
    const patch = UserPreferencesPatch.parse({ ...own(1), usePrivacyTemplate: true });
    const allowed = allowedPart(preferences, patch);
    expect(allowed.refused).toEqual([`${part}.${key}`]);
    expect(allowed.patch).toEqual({ usePrivacyTemplate: true, [part]: {} });
    expect(allowedPart(DEFAULT_SETTINGS.preferences, patch)).toEqual({ patch, refused: [] });
  });
});

const weekday = { from: 900, to: 1800, dnd: false };
const always = { from: 0, to: 2359, dnd: false };

describe('a schedule', () => {
  const holds = (mute: object, own: UserPreferences = {}) =>
    effectivePreferences(effectiveSettings({ preferences: { mute } }).preferences, own).mutePreferences.schedule;
  const monday: UserPreferences = { mutePreferences: { schedule: { monday: { from: 900 } } } };

  test('is always open by default', () => {
    expect(Object.values(holds({}))).toEqual(Array(7).fill(always));
  });

  test("of a user is merged over the app's, day by day and part by part", () => {
    const app = { schedulePreferenceSetting: { monday: { to: 1800 }, sunday: { dnd: true } } };
    expect(holds(app, monday)).toMatchObject({ monday: weekday, tuesday: always, sunday: { ...always, dnd: true } });
  });

  test('of a user does not count, and is rejected, where the app disables overrides', () => {
    const app = { schedulePreferenceOverride: false };
    expect(holds(app, monday).monday).toEqual(always);
    const { preferences } = effectiveSettings({ preferences: { mute: app } });
    expect(allowedPart(preferences, { mutePreferences: { dnd: 2, ...monday.mutePreferences } })).toEqual({
      patch: { mutePreferences: { dnd: 2 } },
      refused: ['mutePreferences.schedule'],
    });
  });
});

describe('the privacy template', () => {
  test.each([
    [1, undefined, false],
    [1, true, false],
    [2, undefined, true],
    [2, false, true],
    [3, undefined, false],
    [3, true, true],
    [3, false, false],
  ])('of an app that says %i and a user who says %s is used: %s', (usePrivacyTemplate, own, used) => {
    const { preferences } = effectiveSettings({ preferences: { usePrivacyTemplate } });
    const patch = own === undefined ? {} : { usePrivacyTemplate: own };
    expect(effectivePreferences(preferences, patch).usePrivacyTemplate).toBe(used);
    expect(allowedPart(preferences, { usePrivacyTemplate: true }).refused).toEqual(
      usePrivacyTemplate === 3 ? [] : ['usePrivacyTemplate'],
    );
  });
});

describe("a user's preferences", () => {
  test('are changed key by key', () => {
    const before = { groupPreferences: { groupMessages: 1 }, mutePreferences: { schedule: { monday: weekday } } };
    const patch = { groupPreferences: { groupReplies: 3 }, mutePreferences: { schedule: { monday: { from: 1000 } } } };
    expect(mergePreferences(before, patch)).toEqual({
      groupPreferences: { groupMessages: 1, groupReplies: 3 },
      mutePreferences: { schedule: { monday: { ...weekday, from: 1000 } } },
    });
  });

  test("are the app's after a reset", () => {
    const app = effectiveSettings({
      preferences: { group: { messagesSetting: 3 }, mute: { dndPreferenceSetting: 2 } },
    });
    const reset = effectivePreferences(app.preferences, {});
    expect(reset).toMatchObject({ groupPreferences: { groupMessages: 3 }, mutePreferences: { dnd: 2 } });
    expect(reset).toEqual(effectivePreferences(app.preferences));
  });

  test('ignore unknown keys', () => {
    expect(UserPreferencesPatch.parse({ groupPreferences: { groupMessages: 1, groupNoise: 7 }, more: 1 })).toEqual({
      groupPreferences: { groupMessages: 1 },
    });
  });
});
