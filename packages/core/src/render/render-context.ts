import type { ProviderKind } from '../delivery/provider-kind.ts';
import type { UserPreferences } from '../preferences/preferences.ts';
import type { AppSettings } from '../preferences/settings.ts';

/** What is registered about a person or a group; what the event says itself goes before it. */
export interface Profile {
  name?: string | undefined;
  avatar?: string | undefined;
}

/** The registered profiles an event's notification may need. */
export interface Profiles {
  sender?: Profile | undefined;
  /** The recipient in a 1:1, the group in a group. */
  receiver?: Profile | undefined;
  /** Others the event names, by uid: members of a group action, people mentioned in a text. */
  members?: Record<string, Profile> | undefined;
}

/** The person a notification is for, as registered. */
export interface RecipientProfile extends Profile {
  uid: string;
  /** The language they read, a BCP 47 tag. */
  locale?: string | undefined;
  preferences?: UserPreferences | undefined;
}

/** What a notification depends on besides its event. */
export interface RenderContext {
  settings: AppSettings;
  profiles: Profiles;
  recipient: RecipientProfile;
  /** Where it goes: the webhook has the samples' words for every state of a call. */
  provider: ProviderKind;
  /** All unread messages of the recipient, where the app counts them. */
  unread?: number | undefined;
}
