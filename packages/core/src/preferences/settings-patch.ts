import { z } from 'zod';
import { FRESHNESS_CLASSES, type FreshnessClass } from '../delivery/deadlines.ts';
import { JsonObject, Locale, TimeZone } from '../event/fields.ts';
import { TemplatesPatch } from '../render/templates.ts';
import { AppSchedulePatch } from '../schedule/schedule.ts';
import { DndOption, NotifyOption, PrivacyOption } from './options.ts';
import { choiceOf, GROUP_PREFERENCES, ONE_ON_ONE_PREFERENCES, type PreferenceRule } from './preferences.ts';
import {
  CALL_ACTIONS,
  DEFAULT_SETTINGS,
  MAX_RETENTION_HOURS,
  MIN_CONTENT_HOURS,
  MIN_RETENTION_HOURS,
} from './settings.ts';

const HOUR_MS = 3_600_000;

const Switch = z.boolean('must be true, false or null').nullish();
const Notify = choiceOf(Object.values(NotifyOption)).nullish();
const each = <T>(names: readonly string[], suffix: string, value: T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [`${name}${suffix}`, value]));

const switches = (names: readonly string[]) => z.object(each(names, '', Switch));

/** Decided by the app alone: CometChat's override switch is accepted here, but only as false. */
const AdminOnly = z.literal(false, 'must be false: users cannot choose this').nullish();

const scopePatch = (rules: Record<string, PreferenceRule>) =>
  z.object({
    ...Object.fromEntries(
      Object.entries(rules).map(([name, { values }]) => [`${name}Setting`, choiceOf(values).nullish()]),
    ),
    ...each(Object.keys(rules), 'Override', Switch),
    ...each(['messageEdited', 'messageDeleted', 'reactionRemoved'], 'Setting', Notify),
    ...each(['messageEdited', 'messageDeleted'], 'Override', AdminOnly),
  });

const MutePatch = switches([
  'dndPreferenceOverride',
  'schedulePreferenceOverride',
  'mutedGroupsOverride',
  'mutedOneOnOnesOverride',
]).extend({
  dndPreferenceSetting: choiceOf(Object.values(DndOption)).nullish(),
  schedulePreferenceSetting: AppSchedulePatch.nullish(),
});

const CallPatch = switches(['ignoreDnd', 'ignoreMute', 'ignoreSchedule']).extend({
  ...each(CALL_ACTIONS, 'Setting', Notify),
  ...each(CALL_ACTIONS, 'Override', AdminOnly),
});

const PreferencesPatch = z.object({
  group: scopePatch(GROUP_PREFERENCES).nullish(),
  oneOnOne: scopePatch(ONE_ON_ONE_PREFERENCES).nullish(),
  mute: MutePatch.nullish(),
  call: CallPatch.nullish(),
  bypassPreferencesForMentions: Switch,
  bypassPreferencesForAllMention: Switch,
  usePrivacyTemplate: choiceOf(Object.values(PrivacyOption)).nullish(),
  push: switches(Object.keys(DEFAULT_SETTINGS.preferences.push))
    .extend({
      customJson: JsonObject.nullish().describe(
        'Replaced as a whole, not merged: null is a value like any other in it.',
      ),
    })
    .nullish(),
});

/** An integer within a range, both ends included. */
function wholeNumber(min: number, max: number) {
  const problem = `must be a whole number from ${min} to ${max}`;
  return z.number(problem).int(problem).min(min, problem).max(max, problem);
}

const FreshnessPatch = z.strictObject({
  leaveMs: wholeNumber(1000, 24 * HOUR_MS),
  holdMs: wholeNumber(0, 28 * 24 * HOUR_MS),
});
const DeadlinesPatch = z.strictObject(
  Object.fromEntries(FRESHNESS_CLASSES.map((name) => [name, FreshnessPatch.nullish()])) as Record<
    FreshnessClass,
    z.ZodOptional<z.ZodNullable<typeof FreshnessPatch>>
  >,
);

const Hours = wholeNumber(MIN_RETENTION_HOURS, MAX_RETENTION_HOURS).nullish();

const ContentHours = wholeNumber(MIN_CONTENT_HOURS, MAX_RETENTION_HOURS).nullish();
const Address = z.string().regex(/^.{1,2048}$/, 'must be 1 to 2048 characters');
const SoundFile = z.string().min(1).max(255).nullish();
/**
 * 24 to 64 bytes in base64.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
const SigningSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64');

/**
 * A change to an app's settings: `null` restores a default; unknown keys are ignored, as in CometChat
 * (docs/rules/decision.md#settings-shape). The route checks whether `membership.url` may be called.
 */
export const SettingsPatch = z.object({
  preferences: PreferencesPatch.nullish(),
  sound: z.object({ chat: SoundFile, call: SoundFile }).nullish(),
  templates: TemplatesPatch.nullish(),
  locale: Locale.nullish(),
  timezone: TimeZone.nullish(),
  deadlines: DeadlinesPatch.nullish(),
  maxGroupSize: wholeNumber(1, Number.MAX_SAFE_INTEGER).nullish(),
  badge: Switch,
  moderation: z.strictObject({ pending: z.enum(['wait', 'send'], 'must be wait or send').nullish() }).nullish(),
  membership: z.strictObject({ url: Address, secret: SigningSecret.nullish() }).nullish(),
  retention: z.strictObject({ bulk: Hours, events: Hours, content: ContentHours }).nullish(),
});
export type SettingsPatch = z.infer<typeof SettingsPatch>;
