import { isCall, type NotifyingEvent } from '../event/event.ts';
import { DndOption } from '../preferences/options.ts';
import { ownDnd } from '../preferences/preferences.ts';
import type { AppPreferences, AppSettings } from '../preferences/settings.ts';
import { dayOf, isAlwaysOpen, openingAt } from '../schedule/schedule.ts';
import { UTC, wallClock } from '../schedule/wall-clock.ts';
import type { Check, Suppression } from './decision.ts';

type MuteSettings = AppPreferences['mute'];

/**
 * Whether a recipient wants quiet at `now` (epoch ms): Do Not Disturb, a muted conversation or a closed schedule,
 * checked in this order (docs/rules/decision.md#order). Calls bypass those that the app names. Edits, deletions and
 * removed reactions bypass all three: they only go to recipients of the original, whose screens must not keep a text
 * that was taken back (docs/rules/decision.md#retractions). So do the later states of a call for users it rang for: a
 * ringing phone must stop.
 */
export function quietCheck(event: NotifyingEvent, settings: AppSettings, now: number): Check {
  if (isRetraction(event)) return () => undefined;
  const { call, mute } = settings.preferences;
  const ignores = isCall(event) ? call : { ignoreDnd: false, ignoreMute: false, ignoreSchedule: false };
  const { mutedGroupsOverride, mutedOneOnOnesOverride } = mute;
  const mayMute = event.conversation.type === 'group' ? mutedGroupsOverride : mutedOneOnOnesOverride;
  const gates = [
    ...(ignores.ignoreDnd ? [] : [dndGate(mute, now)]),
    ...(ignores.ignoreMute || !mayMute ? [] : [muteGate(now)]),
    ...(ignores.ignoreSchedule ? [] : [scheduleGate(mute, settings.timezone, now)]),
  ];
  const quiet = firstNo(gates);
  if (!isCall(event) || event.type === 'call.initiated') return quiet;
  return (recipient) => (recipient.rang ? undefined : quiet(recipient));
}

const isRetraction = ({ type }: NotifyingEvent): boolean =>
  type === 'message.edited' || type === 'message.deleted' || type === 'reaction.removed';

function firstNo(gates: readonly Check[]): Check {
  return (recipient) => {
    for (const gate of gates) {
      const no = gate(recipient);
      if (no) return no;
    }
    return undefined;
  };
}

const DISTURBED: Suppression = { send: false, reason: 'DND_PREFERENCE' };

function dndGate({ dndPreferenceSetting: setting, dndPreferenceOverride: override }: MuteSettings, now: number): Check {
  return ({ preferences }) => {
    const own = override && preferences ? ownDnd(preferences, now) : undefined;
    return (own ?? setting) === DndOption.On ? DISTURBED : undefined;
  };
}

const muteGate =
  (now: number): Check =>
  ({ mutedUntil }) => {
    if (mutedUntil === undefined || (mutedUntil !== null && mutedUntil <= now)) return undefined;
    return { send: false, reason: 'MUTE_PREFERENCE', detail: mutedUntil === null ? 'forever' : String(mutedUntil) };
  };

function scheduleGate(mute: MuteSettings, timezone: string, now: number): Check {
  const { schedulePreferenceSetting: week, schedulePreferenceOverride: override } = mute;
  const alwaysOpen = isAlwaysOpen(week);
  const appClock = wallClock(timezone, now) ?? wallClock(UTC, now);
  return ({ preferences, timezone: zone }) => {
    const own = override ? preferences?.mutePreferences?.schedule : undefined;
    if (alwaysOpen && !own) return undefined;
    const clock = (zone === undefined ? undefined : wallClock(zone, now)) ?? appClock;
    const opening = openingAt(clock, dayOf(week, own, clock.today), dayOf(week, own, clock.yesterday));
    return opening.open ? undefined : { send: false, reason: 'SCHEDULE_PREFERENCE', detail: opening.why };
  };
}
