import { z } from 'zod';
import { DAYS, type DayOfWeek, UTC, type WallClock, wallClock } from './wall-clock.ts';

const LAST_MINUTE = 2359;
const NO_TIME = 'must be a time as HHMM, 0 to 2359';

const isHhmm = (time: number): boolean => Number.isInteger(time) && time >= 0 && time <= LAST_MINUTE && time % 100 < 60;

/** A time of day as HHMM, 0 to 2359. */
const Hhmm = z.number(NO_TIME).refine(isHhmm, NO_TIME);

const Dnd = z.boolean('must be true or false');

/** A week in which any day may be given. */
const weekOf = <D extends z.ZodType>(day: D) =>
  z.object(Object.fromEntries(DAYS.map((name) => [name, day])) as Record<DayOfWeek, D>);

/** A user's change to their week: omitted days and parts of a day keep their value. */
export const SchedulePatch = weekOf(
  z.object({ from: Hhmm.optional(), to: Hhmm.optional(), dnd: Dnd.optional() }).optional(),
);

/** An app's change to its week: the same, and `null` restores the default of a day or a part of one. */
export const AppSchedulePatch = weekOf(
  z.object({ from: Hhmm.nullish(), to: Hhmm.nullish(), dnd: Dnd.nullish() }).nullish(),
);
export type SchedulePatch = z.infer<typeof SchedulePatch>;

/**
 * When notifications are let through on one day: from `from` to `to`, as HHMM, both minutes included. If `from` is
 * later than `to`, the window closes on the next day. `dnd`: nothing all day.
 */
export interface DaySchedule {
  from: number;
  to: number;
  dnd: boolean;
}

/** A week of windows, in the user's own time zone. */
export type Schedule = Record<DayOfWeek, DaySchedule>;

const WHOLE_DAY: DaySchedule = { from: 0, to: LAST_MINUTE, dnd: false };

/** Always open. */
export const WHOLE_WEEK = Object.fromEntries(DAYS.map((day) => [day, WHOLE_DAY])) as Schedule;

/** Whether a schedule lets notifications through; if not, the window that decided it: `monday 900-1800 Asia/Tokyo`. */
export type Opening = { open: true } | { open: false; why: string };

const OPEN: Opening = { open: true };

/**
 * Whether a week lets notifications through at `now` (epoch ms), by the wall clock of `zone` (IANA; an unknown one
 * counts as UTC). A window with `from` later than `to` opens at `from` on its day and closes at `to` on the next. A
 * `dnd` day is silent all day, including the rest of the previous day's window; a day without an entry is open. Both
 * ends are inclusive, to the minute (docs/rules/decision.md#schedule).
 */
export function openingOf(schedule: Partial<Schedule>, zone: string, now: number): Opening {
  const clock = wallClock(zone, now) ?? wallClock(UTC, now);
  return openingAt(clock, schedule[clock.today], schedule[clock.yesterday]);
}

/** The same for one moment and the two days whose windows may include it. */
export function openingAt(
  { today, time, zone }: WallClock,
  { from, to, dnd }: DaySchedule = WHOLE_DAY,
  before: DaySchedule = WHOLE_DAY,
): Opening {
  if (dnd) return { open: false, why: `${today} dnd ${zone}` };
  const opened = time >= from && (from > to || time <= to);
  const stillOpen = !before.dnd && before.from > before.to && time <= before.to;
  return opened || stillOpen ? OPEN : { open: false, why: `${today} ${from}-${to} ${zone}` };
}

/** One day of a week, with the user's own changes applied. */
export function dayOf(week: Partial<Schedule>, own: SchedulePatch | undefined, day: DayOfWeek): DaySchedule {
  const setting = week[day] ?? WHOLE_DAY;
  const changes = own?.[day];
  if (!changes) return setting;
  const { from = setting.from, to = setting.to, dnd = setting.dnd } = changes;
  return { from, to, dnd };
}

/** Whether a week never blocks anything, so that the clock need not be read. */
export const isAlwaysOpen = (week: Partial<Schedule>): boolean =>
  DAYS.every((day) => {
    const { from, to, dnd } = week[day] ?? WHOLE_DAY;
    return !dnd && from === 0 && to === LAST_MINUTE;
  });
