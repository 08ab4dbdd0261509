import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS, effectiveSettings, mergePatch, SettingsPatch, unreadFields } from '../../src/index.ts';
import { settingsProblems } from '../support/settings.ts';

const choice = (name: string, value: number) => ({ [`${name}Setting`]: value, [`${name}Override`]: true });
const ACTIONS = ['Left', 'Added', 'Joined', 'Kicked', 'Banned', 'Unbanned', 'ScopeChanged'];
const CALLS = ['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'];
const chosen = {
  ...choice('messages', 2),
  ...choice('replies', 2),
  ...choice('quotedReplies', 2),
  ...choice('reactions', 2),
};
const changes = { messageEditedSetting: 2, messageDeletedSetting: 2, reactionRemovedSetting: 1 };
const always = { from: 0, to: 2359, dnd: false };

test("the preferences of an app that has set nothing are CometChat's", () => {
  expect(effectiveSettings({}).preferences).toEqual({
    group: Object.assign({ ...chosen, ...changes }, ...ACTIONS.map((action) => choice(`member${action}`, 1))),
    oneOnOne: { ...chosen, ...changes },
    mute: {
      ...choice('dndPreference', 1),
      schedulePreferenceSetting: {
        monday: always,
        tuesday: always,
        wednesday: always,
        thursday: always,
        friday: always,
        saturday: always,
        sunday: always,
      },
      schedulePreferenceOverride: true,
      mutedGroupsOverride: true,
      mutedOneOnOnesOverride: true,
    },
    call: {
      ...Object.assign({}, ...CALLS.map((state) => ({ [`${state}Setting`]: 2, [`${state}Override`]: false }))),
      ignoreDnd: false,
      ignoreMute: false,
      ignoreSchedule: true,
    },
    bypassPreferencesForMentions: false,
    bypassPreferencesForAllMention: false,
    usePrivacyTemplate: 3,
    push: {
      includeMessageObjectSetting: false,
      includeSenderMetadataSetting: true,
      includeReceiverMetadataSetting: true,
      includeMessageMetadataSetting: true,
      trimTextFieldSetting: false,
    },
  });
});

/** Everything that an app may set, each value other than its default. */
const EVERYTHING = {
  preferences: {
    group: {
      messagesSetting: 3,
      messagesOverride: false,
      messageEditedSetting: 1,
      messageDeletedSetting: 1,
      reactionRemovedSetting: 2,
    },
    oneOnOne: {
      repliesSetting: 4,
      repliesOverride: false,
      messageEditedSetting: 1,
      messageDeletedSetting: 1,
      reactionRemovedSetting: 2,
    },
    mute: {
      dndPreferenceSetting: 2,
      dndPreferenceOverride: false,
      schedulePreferenceSetting: { monday: { from: 2200, to: 600, dnd: true } },
      schedulePreferenceOverride: false,
      mutedGroupsOverride: false,
      mutedOneOnOnesOverride: false,
    },
    call: {
      ...Object.fromEntries(CALLS.map((s) => [`${s}Setting`, 1])),
      ignoreDnd: true,
      ignoreMute: true,
      ignoreSchedule: false,
    },
    bypassPreferencesForMentions: true,
    bypassPreferencesForAllMention: true,
    usePrivacyTemplate: 1,
    push: {
      includeMessageObjectSetting: true,
      includeSenderMetadataSetting: false,
      includeReceiverMetadataSetting: false,
      includeMessageMetadataSetting: false,
      trimTextFieldSetting: true,
      customJson: { any: ['thing'] },
    },
  },
  sound: { chat: 'ping.caf', call: 'ring.caf' },
  locale: 'pt-BR',
  timezone: 'Asia/Tokyo',
  deadlines: { message: { leaveMs: 60_000, holdMs: 0 } },
  maxGroupSize: 1000,
  badge: true,
  membership: { url: 'https://chat.example/members', secret: `whsec_${'A'.repeat(43)}=` },
  retention: { bulk: 36, events: 48, content: 2 },
};

const nulls = (value: object): object => Object.fromEntries(Object.keys(value).map((key) => [key, null]));

describe('a change of settings', () => {
  test('may set everything, and every value takes effect', () => {
    const patch = SettingsPatch.parse(EVERYTHING);
    expect(patch).toEqual(EVERYTHING);
    expect(effectiveSettings(patch)).toMatchObject(EVERYTHING);
  });

  test('restores defaults by null: of one value, of a part, of everything', () => {
    const one = { preferences: { group: { messagesSetting: null } } };
    const stored = mergePatch(EVERYTHING, SettingsPatch.parse(one));
    expect(effectiveSettings(stored).preferences.group).toMatchObject({ messagesSetting: 2, messagesOverride: false });
    const parts = { preferences: nulls(EVERYTHING.preferences) };
    expect(effectiveSettings(mergePatch(EVERYTHING, SettingsPatch.parse(parts))).preferences).toEqual(
      DEFAULT_SETTINGS.preferences,
    );
    expect(effectiveSettings(mergePatch(EVERYTHING, SettingsPatch.parse(nulls(EVERYTHING))))).toEqual(DEFAULT_SETTINGS);
  });

  test('ignores unknown keys', () => {
    const patch = {
      preferences: { email: { x: 1 }, call: { initiatedOverride: false }, group: { noiseSetting: 9 } },
      more: 1,
    };
    expect(SettingsPatch.parse(patch)).toEqual({ preferences: { call: { initiatedOverride: false }, group: {} } });
    expect(unreadFields(patch, SettingsPatch.parse(patch))).toEqual([
      'preferences.email',
      'preferences.group.noiseSetting',
      'more',
    ]);
  });

  test.each([
    [{ preferences: { group: { messagesOverride: 1 } } }, 'preferences.group.messagesOverride', 'true, false or null'],
    [{ preferences: { group: { messageEditedSetting: 3 } } }, 'preferences.group.messageEditedSetting', '1, 2'],
    [
      { preferences: { group: { messageEditedOverride: true } } },
      'preferences.group.messageEditedOverride',
      'must be false',
    ],
    [{ preferences: { call: { endedOverride: true } } }, 'preferences.call.endedOverride', 'must be false'],
    [{ preferences: { call: { busySetting: 3 } } }, 'preferences.call.busySetting', '1, 2'],
    [{ preferences: { usePrivacyTemplate: 4 } }, 'preferences.usePrivacyTemplate', '1, 2, 3'],
    [
      { preferences: { mute: { schedulePreferenceSetting: { monday: { to: 2400 } } } } },
      'preferences.mute.schedulePreferenceSetting.monday.to',
      'HHMM, 0 to 2359',
    ],
    [{ timezone: 'Mars/Phobos' }, 'timezone', 'IANA time zone, e.g. Asia/Tokyo'],
    [{ timezone: '+25:00' }, 'timezone', 'IANA time zone, e.g. Asia/Tokyo'],
    [{ locale: 'no such thing' }, 'locale', 'language tag, e.g. en or pt-BR'],
    [{ maxGroupSize: 0 }, 'maxGroupSize', 'whole number from 1'],
    [{ badge: 'yes' }, 'badge', 'true, false or null'],
    [{ retention: { events: 169 } }, 'retention.events', 'whole number from 24 to 168'],
    [{ retention: { content: 0 } }, 'retention.content', 'whole number from 1 to 168'],
    [{ retention: { bulk: 23 } }, 'retention.bulk', 'whole number from 24 to 168'],
    [{ deadlines: { message: { leaveMs: 1.5, holdMs: 0 } } }, 'deadlines.message.leaveMs', 'whole number from 1000'],
    [{ deadlines: { gossip: null } }, 'deadlines.gossip', 'is not a known field'],
    [{ membership: { url: '' } }, 'membership.url', '1 to 2048 characters'],
    [{ membership: { url: `https://${'a'.repeat(2048)}` } }, 'membership.url', '1 to 2048 characters'],
    [{ membership: { url: 'https://x.example', secret: 'hunter2' } }, 'membership.secret', 'whsec_ and 24 to 64 bytes'],
  ])('%j is refused, and the answer names %s and what it may be', (patch, field, allowed) => {
    expect(settingsProblems(patch)).toEqual([{ field, problem: expect.stringContaining(allowed) }]);
  });
});
