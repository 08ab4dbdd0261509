import { DNDOptions, type MutedConversation, type UserPreferences } from '@fanfare/client';
import { shownMoment } from '../operator/moments.ts';

/** HHMM. */
const END_OF_DAY = 2359;

/** What a user wants, a line each; values as the API has them. */
export function preferenceLines(preferences: UserPreferences, mutes: readonly MutedConversation[]): string[] {
  const { groupPreferences, oneOnOnePreferences, mutePreferences, usePrivacyTemplate } = preferences;
  const { dnd, until, schedule } = mutePreferences;
  const end = until === undefined ? '' : ` until ${shownMoment(until)} UTC`;
  const days = Object.entries(schedule)
    .filter(([, { from, to, dnd: isSilent }]) => isSilent || from > 0 || to < END_OF_DAY)
    .map(([day, { from, to, dnd: isSilent }]) => `${day} ${isSilent ? 'never' : `${clock(from)} to ${clock(to)}`}`);
  return [
    `groups: ${values(groupPreferences)}`,
    `one-on-one: ${values(oneOnOnePreferences)}`,
    `Do Not Disturb: ${dnd === DNDOptions.ENABLED ? `on${end}` : 'off'}`,
    `schedule: ${days.length === 0 ? 'always' : days.join(', ')}`,
    `texts in notifications: ${usePrivacyTemplate ? 'hidden' : 'shown'}`,
    `muted: ${mutes.length === 0 ? 'nothing' : mutes.map(mute).join(', ')}`,
  ];
}

const values = (all: Record<string, number>): string =>
  Object.entries(all)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** HHMM as a time of day. */
function clock(time: number): string {
  const digits = String(time).padStart(4, '0');
  return `${digits.slice(0, 2)}:${digits.slice(2)}`;
}

const mute = ({ id, type, until }: MutedConversation): string =>
  `${type} ${id}${until === null ? '' : ` until ${shownMoment(until)} UTC`}`;
