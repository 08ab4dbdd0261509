import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';

/** A user's notification preferences. */
export const preferences: readonly Example[] = [
  {
    operation: 'PATCH /v3/notifications/v1/preferences',
    as: 'bob',
    body: { groupPreferences: { groupMessages: 3 }, mutePreferences: { dnd: 1 } },
    status: 200,
    answer: {
      data: {
        groupPreferences: {
          groupMessages: 3,
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
        oneOnOnePreferences: {
          oneOnOneMessages: 2,
          oneOnOneReplies: 2,
          oneOnOneQuotedReplies: 2,
          oneOnOneReactions: 2,
        },
        mutePreferences: {
          dnd: 1,
          schedule: {
            monday: { from: 0, to: 2359, dnd: false },
            tuesday: { from: 0, to: 2359, dnd: false },
            wednesday: { from: 0, to: 2359, dnd: false },
            thursday: { from: 0, to: 2359, dnd: false },
            friday: { from: 0, to: 2359, dnd: false },
            saturday: { from: 0, to: 2359, dnd: false },
            sunday: { from: 0, to: 2359, dnd: false },
          },
        },
        usePrivacyTemplate: false,
      },
    },
  },
  {
    operation: 'GET /v3/notifications/v1/preferences',
    as: 'bob',
    status: 200,
    answer: {
      data: {
        groupPreferences: {
          groupMessages: 3,
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
        oneOnOnePreferences: {
          oneOnOneMessages: 2,
          oneOnOneReplies: 2,
          oneOnOneQuotedReplies: 2,
          oneOnOneReactions: 2,
        },
        mutePreferences: {
          dnd: 1,
          schedule: {
            monday: { from: 0, to: 2359, dnd: false },
            tuesday: { from: 0, to: 2359, dnd: false },
            wednesday: { from: 0, to: 2359, dnd: false },
            thursday: { from: 0, to: 2359, dnd: false },
            friday: { from: 0, to: 2359, dnd: false },
            saturday: { from: 0, to: 2359, dnd: false },
            sunday: { from: 0, to: 2359, dnd: false },
          },
        },
        usePrivacyTemplate: false,
      },
    },
  },
  {
    operation: 'DELETE /v3/notifications/v1/preferences',
    as: 'bob',
    status: 200,
    answer: {
      data: {
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
        oneOnOnePreferences: {
          oneOnOneMessages: 2,
          oneOnOneReplies: 2,
          oneOnOneQuotedReplies: 2,
          oneOnOneReactions: 2,
        },
        mutePreferences: {
          dnd: 1,
          schedule: {
            monday: { from: 0, to: 2359, dnd: false },
            tuesday: { from: 0, to: 2359, dnd: false },
            wednesday: { from: 0, to: 2359, dnd: false },
            thursday: { from: 0, to: 2359, dnd: false },
            friday: { from: 0, to: 2359, dnd: false },
            saturday: { from: 0, to: 2359, dnd: false },
            sunday: { from: 0, to: 2359, dnd: false },
          },
        },
        usePrivacyTemplate: false,
      },
    },
  },
  {
    operation: 'PUT /v3/notifications/v1/preferences/mute',
    as: 'bob',
    body: {
      conversations: [
        { id: 'hiking', type: 'group', until: 4_102_444_800_000 },
        { id: 'trudy', type: 'oneOnOne', until: null },
      ],
    },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'DELETE /v3/notifications/v1/preferences/mute',
    as: 'bob',
    body: { conversations: [{ id: 'trudy', type: 'oneOnOne' }] },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'GET /v3/notifications/v1/preferences/mute',
    as: 'bob',
    status: 200,
    answer: { data: { mutedConversations: [{ id: 'hiking', type: 'group', until: 4_102_444_800_000 }] } },
  },
  {
    operation: 'PATCH /v3/notifications/v1/preferences/timezone',
    as: 'bob',
    body: { timezone: 'Europe/Paris' },
    status: 200,
    answer: { data: { success: true, timezone: 'Europe/Paris' } },
  },
  {
    operation: 'GET /v3/notifications/v1/preferences/timezone',
    as: 'bob',
    status: 200,
    answer: { data: { success: true, timezone: 'Europe/Paris' } },
  },
];
