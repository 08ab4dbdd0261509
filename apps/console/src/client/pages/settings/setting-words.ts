/** A value of a choice and its words. */
export interface Option {
  value: number;
  label: string;
}

const options = (...labels: readonly string[]): Option[] => labels.map((label, i) => ({ value: i + 1, label }));
const MESSAGES = options('None', 'All', 'Only mentions');
const NOTIFY = options('No', 'Yes');

/** A preference of a conversation: its name in the settings, what it is about, and its values. */
export interface Rule {
  name: string;
  label: string;
  options: readonly Option[];
  /** The app alone decides it. */
  isFixed?: boolean;
}

/** What the app decides about one-on-one conversations. */
export const ONE_ON_ONE: readonly Rule[] = [
  { name: 'messages', label: 'Messages', options: MESSAGES },
  { name: 'replies', label: 'Replies in threads', options: [...MESSAGES, { value: 4, label: 'Followed threads' }] },
  { name: 'quotedReplies', label: 'Quotes', options: [...MESSAGES, { value: 4, label: 'Own messages' }] },
  { name: 'reactions', label: 'Reactions', options: options('None', 'Own messages', 'All messages') },
  { name: 'messageEdited', label: 'Edited messages', options: NOTIFY, isFixed: true },
  { name: 'messageDeleted', label: 'Deleted messages', options: NOTIFY, isFixed: true },
  { name: 'reactionRemoved', label: 'Removed reactions', options: NOTIFY, isFixed: true },
];

/** The same for groups. */
export const GROUP: readonly Rule[] = [
  ...ONE_ON_ONE.slice(0, 4),
  { name: 'memberLeft', label: 'Member leaves', options: NOTIFY },
  { name: 'memberAdded', label: 'Member added', options: NOTIFY },
  { name: 'memberJoined', label: 'Member joins', options: NOTIFY },
  { name: 'memberKicked', label: 'Member removed', options: NOTIFY },
  { name: 'memberBanned', label: 'Member banned', options: NOTIFY },
  { name: 'memberUnbanned', label: 'Member unbanned', options: NOTIFY },
  { name: 'memberScopeChanged', label: 'Role changed', options: NOTIFY },
  ...ONE_ON_ONE.slice(4),
];

/** Which states of a call notify. */
export const CALLS: readonly Rule[] = [
  'initiated',
  'ongoing',
  'cancelled',
  'rejected',
  'unanswered',
  'busy',
  'ended',
].map((name) => ({ name, label: name.charAt(0).toUpperCase() + name.slice(1), options: NOTIFY, isFixed: true }));

export const DND: readonly Option[] = options('Off', 'On');
export const PRIVACY: readonly Option[] = options('Never', 'Always', 'The user decides');

/** Switches that are yes or no, by their path in the settings. */
export const SWITCHES: readonly { path: readonly string[]; label: string }[] = [
  { path: ['preferences', 'mute', 'dndPreferenceOverride'], label: 'Users may switch Do Not Disturb' },
  { path: ['preferences', 'mute', 'schedulePreferenceOverride'], label: 'Users may choose their schedule' },
  { path: ['preferences', 'mute', 'mutedGroupsOverride'], label: 'Users may mute groups' },
  { path: ['preferences', 'mute', 'mutedOneOnOnesOverride'], label: 'Users may mute one-on-one conversations' },
  { path: ['preferences', 'bypassPreferencesForMentions'], label: 'A mention notifies in any case' },
  { path: ['preferences', 'bypassPreferencesForAllMention'], label: 'A mention of all notifies in any case' },
  { path: ['preferences', 'call', 'ignoreDnd'], label: 'Calls ring through Do Not Disturb' },
  { path: ['preferences', 'call', 'ignoreMute'], label: 'Calls ring through mutes' },
  { path: ['preferences', 'call', 'ignoreSchedule'], label: 'Calls ring outside the schedule' },
];

/** What is sent along in payloads. */
export const PAYLOAD: readonly { path: readonly string[]; label: string }[] = [
  { path: ['preferences', 'push', 'includeMessageObjectSetting'], label: 'The message object' },
  { path: ['preferences', 'push', 'includeSenderMetadataSetting'], label: 'Metadata of the sender' },
  { path: ['preferences', 'push', 'includeReceiverMetadataSetting'], label: 'Metadata of the receiver' },
  { path: ['preferences', 'push', 'includeMessageMetadataSetting'], label: 'Metadata of the message' },
  { path: ['preferences', 'push', 'trimTextFieldSetting'], label: 'Texts that are too long, shortened' },
];

/** How long each class of events is worth sending by default, ms (docs/deadlines.md). */
export const DEADLINES: readonly { name: string; label: string; leaveMs: number; holdMs: number }[] = [
  { name: 'callInitiated', label: 'A call that rings', leaveMs: 30_000, holdMs: 30_000 },
  { name: 'callState', label: 'Other states of a call', leaveMs: 60_000, holdMs: 60_000 },
  { name: 'message', label: 'New messages', leaveMs: 3_600_000, holdMs: 86_400_000 },
  { name: 'update', label: 'Everything else', leaveMs: 900_000, holdMs: 3_600_000 },
];

/** A path in the settings as words: `preferences › group › messagesSetting`. */
export const pathWords = (path: readonly string[]): string => path.join(' › ');
