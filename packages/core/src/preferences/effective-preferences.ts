import type { Schedule } from '../schedule/schedule.ts';
import { mergePatch } from './merge-patch.ts';
import { PrivacyOption } from './options.ts';
import {
  GROUP_PREFERENCES,
  type GroupKey,
  ONE_ON_ONE_PREFERENCES,
  type OneOnOneKey,
  ownDnd,
  type PreferenceRule,
  type UserPreferences,
} from './preferences.ts';
import type { AppPreferences } from './settings.ts';

/** The preferences in effect for a user: every key has a value. */
export interface EffectivePreferences {
  groupPreferences: Record<GroupKey, number>;
  oneOnOnePreferences: Record<OneOnOneKey, number>;
  mutePreferences: { dnd: number; until?: number; schedule: Schedule };
  usePrivacyTemplate: boolean;
}

/** The user's own value if there is one and the app allows an override, else the app's. */
export const effectiveValue = (setting: number, override: boolean, own: number | undefined): number =>
  override && own !== undefined ? own : setting;

/**
 * The preferences in effect for a user: their own where the app allows an override, else the app's
 * (docs/rules/decision.md#merge). While an override is switched off, the user's values stay stored but do not count.
 */
export function effectivePreferences(app: AppPreferences, own: UserPreferences = {}, now = 0): EffectivePreferences {
  const { mute } = app;
  return {
    groupPreferences: scope(GROUP_PREFERENCES, app.group, own.groupPreferences) as Record<GroupKey, number>,
    oneOnOnePreferences: scope(ONE_ON_ONE_PREFERENCES, app.oneOnOne, own.oneOnOnePreferences) as Record<
      OneOnOneKey,
      number
    >,
    mutePreferences: {
      dnd: effectiveValue(mute.dndPreferenceSetting, mute.dndPreferenceOverride, ownDnd(own, now)),
      ...endOfDnd(mute, own, now),
      schedule: effectiveSchedule(mute, own),
    },
    usePrivacyTemplate: usesPrivacyTemplate(app, own),
  };
}

/** When a user's own Do Not Disturb ends, if it is on and counts. */
function endOfDnd({ dndPreferenceOverride }: AppPreferences['mute'], own: UserPreferences, now: number) {
  const until = own.mutePreferences?.until;
  return dndPreferenceOverride && typeof until === 'number' && until > now ? { until } : {};
}

/** The user's own days over the app's, if the app lets them count. */
export const effectiveSchedule = (mute: AppPreferences['mute'], own: UserPreferences): Schedule =>
  mute.schedulePreferenceOverride && own.mutePreferences?.schedule
    ? mergePatch(mute.schedulePreferenceSetting, own.mutePreferences.schedule)
    : mute.schedulePreferenceSetting;

/** Whether notifications for this user hide their content (docs/rules/decision.md#privacy). */
export const usesPrivacyTemplate = (app: AppPreferences, own: UserPreferences = {}): boolean =>
  app.usePrivacyTemplate === PrivacyOption.UserDecides
    ? (own.usePrivacyTemplate ?? false)
    : app.usePrivacyTemplate === PrivacyOption.Always;

/**
 * Splits a change into the part users may set and the paths the app does not let them set, e.g. `mutePreferences.dnd`.
 */
export function allowedPart(
  app: AppPreferences,
  patch: UserPreferences,
): { patch: UserPreferences; refused: string[] } {
  const { mute } = app;
  const refused = [
    ...refusedIn('groupPreferences', GROUP_PREFERENCES, app.group, patch.groupPreferences),
    ...refusedIn('oneOnOnePreferences', ONE_ON_ONE_PREFERENCES, app.oneOnOne, patch.oneOnOnePreferences),
    ...(patch.mutePreferences?.dnd !== undefined && !mute.dndPreferenceOverride ? ['mutePreferences.dnd'] : []),
    ...(patch.mutePreferences?.until !== undefined && !mute.dndPreferenceOverride ? ['mutePreferences.until'] : []),
    ...(patch.mutePreferences?.schedule && !mute.schedulePreferenceOverride ? ['mutePreferences.schedule'] : []),
    ...(patch.usePrivacyTemplate !== undefined && app.usePrivacyTemplate !== PrivacyOption.UserDecides
      ? ['usePrivacyTemplate']
      : []),
  ];
  const kept = refused.reduce((rest, path) => mergePatch(rest, removal(path)), patch);
  return { patch: kept, refused };
}

type Numbers = Record<string, number | undefined>;
/** `<name>Setting` and `<name>Override` of a scope, for the names of its rules. */
type Switches = Record<string, number | boolean>;

const scope = (rules: Record<string, PreferenceRule>, app: object, own: object = {}): Numbers =>
  Object.fromEntries(
    Object.entries(rules).map(([name, { user }]) => [
      user,
      effectiveValue(
        (app as Switches)[`${name}Setting`] as number,
        (app as Switches)[`${name}Override`] as boolean,
        (own as Numbers)[user],
      ),
    ]),
  );

const refusedIn = (part: string, rules: Record<string, PreferenceRule>, app: object, patch: object = {}): string[] =>
  Object.entries(rules).flatMap(([name, { user }]) =>
    (patch as Numbers)[user] !== undefined && (app as Switches)[`${name}Override`] === false ? [`${part}.${user}`] : [],
  );

const removal = (path: string): object => {
  const [part = '', key] = path.split('.');
  return { [part]: key === undefined ? null : { [key]: null } };
};
