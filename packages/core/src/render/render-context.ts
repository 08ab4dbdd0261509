import type { ProviderKind } from '../delivery/provider-kind.ts';
import type { UserPreferences } from '../preferences/preferences.ts';
import type { AppSettings } from '../preferences/settings.ts';

/** What is registered about a user or a group; values in the event take precedence. */
export interface Profile {
  name?: string | undefined;
  avatar?: string | undefined;
}

/** The registered profiles an event's notification may need. */
export interface Profiles {
  sender?: Profile | undefined;
  /** The recipient in a 1:1 conversation, the group in a group. */
  receiver?: Profile | undefined;
  /** Other users the event names, by uid: members of a group action, users mentioned in a text. */
  members?: Record<string, Profile> | undefined;
}

/** The user a notification is for, as registered. */
export interface RecipientProfile extends Profile {
  uid: string;
  /** Their language, a BCP 47 tag. */
  locale?: string | undefined;
  preferences?: UserPreferences | undefined;
}

/** What a notification depends on besides its event. */
export interface RenderContext {
  settings: AppSettings;
  profiles: Profiles;
  recipient: RecipientProfile;
  /** The channel: for every call state, the webhook gets the words of the samples. */
  provider: ProviderKind;
  /** The recipient's unread count, if the app counts. */
  unread?: number | undefined;
}
