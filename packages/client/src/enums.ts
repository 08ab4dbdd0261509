/**
 * The platforms of push tokens (docs/rules/cometchat.md#platforms). Names are those of CometChat's SDK, values those of
 * the wire.
 */
export const PushPlatforms = {
  FCM_ANDROID: 'fcm_android',
  FCM_IOS: 'fcm_ios',
  FCM_WEB: 'fcm_web',
  FCM_FLUTTER_ANDROID: 'fcm_flutter_android',
  FCM_FLUTTER_IOS: 'fcm_flutter_ios',
  FCM_REACT_NATIVE_ANDROID: 'fcm_react_native_android',
  FCM_REACT_NATIVE_IOS: 'fcm_react_native_ios',
  FCM_IONIC_CORDOVA_ANDROID: 'fcm_ionic_cordova_android',
  FCM_IONIC_CORDOVA_IOS: 'fcm_ionic_cordova_ios',
  APNS_IOS_DEVICE: 'apns_ios_device',
  APNS_IOS_VOIP: 'apns_ios_voip',
  APNS_FLUTTER_DEVICE: 'apns_flutter_device',
  APNS_FLUTTER_VOIP: 'apns_flutter_voip',
  APNS_REACT_NATIVE_DEVICE: 'apns_react_native_device',
  APNS_REACT_NATIVE_VOIP: 'apns_react_native_voip',
  APNS_IONIC_CORDOVA_DEVICE: 'apns_ionic_cordova_device',
  APNS_IONIC_CORDOVA_VOIP: 'apns_ionic_cordova_voip',
} as const;
/** One of the platforms, e.g. `fcm_web`. */
export type PushPlatform = ValueOf<typeof PushPlatforms>;

/** Which new messages notify (docs/rules/decision.md#preferences). */
export const MessagesOptions = { DONT_SUBSCRIBE: 1, SUBSCRIBE_TO_ALL: 2, SUBSCRIBE_TO_MENTIONS: 3 } as const;
/** One of {@link MessagesOptions}. */
export type MessagesOption = ValueOf<typeof MessagesOptions>;

/** Which replies in threads notify. */
export const RepliesOptions = { ...MessagesOptions, SUBSCRIBE_TO_SUBSCRIBED_THREADS: 4 } as const;
/** One of {@link RepliesOptions}. */
export type RepliesOption = ValueOf<typeof RepliesOptions>;

/**
 * Which quoted replies notify. 4 means something else than in {@link RepliesOptions}.
 */
export const QuotedRepliesOptions = { ...MessagesOptions, SUBSCRIBE_TO_QUOTES_ON_OWN_MESSAGES: 4 } as const;
/** One of {@link QuotedRepliesOptions}. */
export type QuotedRepliesOption = ValueOf<typeof QuotedRepliesOptions>;

/** Which reactions notify. */
export const ReactionsOptions = {
  DONT_SUBSCRIBE: 1,
  SUBSCRIBE_TO_REACTIONS_ON_OWN_MESSAGES: 2,
  SUBSCRIBE_TO_REACTIONS_ON_ALL_MESSAGES: 3,
} as const;
/** One of {@link ReactionsOptions}. */
export type ReactionsOption = ValueOf<typeof ReactionsOptions>;

/** Whether changes of a group's members notify. */
export const MemberActionsOptions = { DONT_SUBSCRIBE: 1, SUBSCRIBE: 2 } as const;
/** One of {@link MemberActionsOptions}. */
export type MemberActionsOption = ValueOf<typeof MemberActionsOptions>;

/** Do Not Disturb: while enabled, nothing notifies. */
export const DNDOptions = { DISABLED: 1, ENABLED: 2 } as const;
/** One of {@link DNDOptions}. */
export type DNDOption = ValueOf<typeof DNDOptions>;

/** The kind of conversation to mute. */
export const MutedConversationType = { ONE_ON_ONE: 'oneOnOne', GROUP: 'group' } as const;
/** One of {@link MutedConversationType}. */
export type MutedConversationKind = ValueOf<typeof MutedConversationType>;

/** The days of a schedule. */
export const DayOfWeek = {
  MONDAY: 'monday',
  TUESDAY: 'tuesday',
  WEDNESDAY: 'wednesday',
  THURSDAY: 'thursday',
  FRIDAY: 'friday',
  SATURDAY: 'saturday',
  SUNDAY: 'sunday',
} as const;
/** One of {@link DayOfWeek}. */
export type Day = ValueOf<typeof DayOfWeek>;

type ValueOf<T> = T[keyof T];
