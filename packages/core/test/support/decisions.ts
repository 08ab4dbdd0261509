import {
  type AppSettings,
  type Decision,
  type DecisionSubject,
  decider,
  effectiveSettings,
  GROUP_PREFERENCES,
  type NotifyingEvent,
  ONE_ON_ONE_PREFERENCES,
  type SuppressionReason,
} from '../../src/index.ts';

/** Monday 23 November 2026, 12:30 in Tokyo, 03:30 in UTC. */
export const NOW = Date.UTC(2026, 10, 23, 3, 30);

export const GROUP = { conversation: { type: 'group', id: 'hiking' } };

/** Bob, with no preferences of his own. */
export const bob = (more: Partial<DecisionSubject> = {}): DecisionSubject => ({
  uid: 'bob',
  preferences: undefined,
  timezone: undefined,
  mutedUntil: undefined,
  inThread: false,
  rang: false,
  ...more,
});

/** The decision at NOW about one recipient, with an app's settings over the defaults. */
export function decide(event: NotifyingEvent, settings: object = {}, recipient = bob()): Decision {
  const context = { pushEnabled: true, groupTooLarge: false, settings: effectiveSettings(settings), now: NOW };
  return decider(event, context)(recipient);
}

export const SEND: Decision = { send: true };

export const no = (reason: SuppressionReason, detail?: string): Decision => ({
  send: false,
  reason,
  ...(detail === undefined ? {} : { detail }),
});

export type ScopeName = 'group' | 'oneOnOne';
type AnyPreference = keyof typeof GROUP_PREFERENCES;

/** A preference set to a value: by the app for all, or by the user while the app's value differs. */
export const preferring = {
  app: (scope: ScopeName, name: AnyPreference, value: number) => ({
    settings: { preferences: { [scope]: { [`${name}Setting`]: value } } },
    recipient: bob(),
  }),
  own: (scope: ScopeName, name: AnyPreference, value: number) => ({
    settings: { preferences: { [scope]: { [`${name}Setting`]: value === 1 ? 2 : 1 } } },
    recipient: bob({ preferences: { [`${scope}Preferences`]: { [userKey(scope, name)]: value } } }),
  }),
};

/** The user's key for a preference. */
export function userKey(scope: ScopeName, name: AnyPreference): string {
  const rules: Record<string, { user: string }> = scope === 'group' ? GROUP_PREFERENCES : ONE_ON_ONE_PREFERENCES;
  return rules[name]?.user as string;
}

/** Settings with something changed in their preferences. */
export const appWith = (preferences: object): Partial<AppSettings> => ({ preferences }) as Partial<AppSettings>;
