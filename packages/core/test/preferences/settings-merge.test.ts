import { describe, expect, test } from '@jest/globals';
import { effectiveSettings, mergeSettings, SettingsPatch } from '../../src/index.ts';

const custom = (customJson: object | null) => ({ preferences: { push: { customJson, trimTextFieldSetting: true } } });

describe('the custom JSON of an app', () => {
  test('is replaced as a whole, its nulls kept; the settings beside it are merged', () => {
    const before = { preferences: { push: { customJson: { a: { b: 1 } }, includeMessageObjectSetting: true } } };
    const patch = SettingsPatch.parse(custom({ a: { c: null, d: [null] } }));
    const after = mergeSettings(before, patch);
    const push = { customJson: { a: { c: null, d: [null] } }, trimTextFieldSetting: true };
    expect(after.preferences.push).toEqual({ includeMessageObjectSetting: true, ...push });
    expect(before.preferences.push.customJson).toEqual({ a: { b: 1 } });
    expect(effectiveSettings(after).preferences.push).toMatchObject(push);
  });

  test('is removed by null, and unaffected by other changes', () => {
    const stored = mergeSettings({}, custom({ a: null }));
    expect(mergeSettings(stored, { badge: true })).toEqual({ ...stored, badge: true });
    expect(mergeSettings(stored, custom(null))).toEqual({ preferences: { push: { trimTextFieldSetting: true } } });
  });
});

test('null restores the default of a day of the week, or of a part of one', () => {
  const week = (schedulePreferenceSetting: object) =>
    SettingsPatch.parse({ preferences: { mute: { schedulePreferenceSetting } } });
  const stored = mergeSettings({}, week({ monday: { from: 900, to: 1800 }, friday: { from: 900, dnd: true } }));
  const after = mergeSettings(stored, week({ monday: null, friday: { dnd: null } }));
  const { schedulePreferenceSetting } = effectiveSettings(after).preferences.mute;
  expect(schedulePreferenceSetting.monday).toEqual({ from: 0, to: 2359, dnd: false });
  expect(schedulePreferenceSetting.friday).toEqual({ from: 900, to: 2359, dnd: false });
});
