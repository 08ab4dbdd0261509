import type { DayOfWeek, Schedule } from '../../src/index.ts';

const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const DAY = 24 * 60;

/** Formatters by zone; creating one takes a tenth of a millisecond. */
export const dateFormat = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });

/** The minute of the week, from Monday 00:00, that the date written for `now` falls on. */
export function minuteOfWeek(format: Intl.DateTimeFormat, now: number): number {
  const [date = '', time = ''] = format.format(now).split(' ');
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const day = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return day * DAY + hour * 60 + minute;
}

const minuteOfDay = (hhmm: number): number => Math.floor(hhmm / 100) * 60 + (hhmm % 100);

/** Every minute of a week, one by one: each window from its first minute to its last, then silent days cleared. */
export function openMinutes(schedule: Partial<Schedule>): Set<number> {
  const open = new Set<number>();
  const days = WEEK.map((name) => schedule[name] ?? { from: 0, to: 2359, dnd: false });
  for (const [i, { from, to, dnd }] of days.entries()) {
    if (dnd) continue;
    let minute = minuteOfDay(from);
    open.add(i * DAY + minute);
    while (minute % DAY !== minuteOfDay(to)) {
      minute += 1;
      open.add((i * DAY + minute) % (7 * DAY));
    }
  }
  for (const [i, { dnd }] of days.entries()) {
    for (let minute = 0; dnd && minute < DAY; minute += 1) open.delete(i * DAY + minute);
  }
  return open;
}

/** Why a schedule is closed, or undefined when it is open; the zone must be known. */
export function naivelyClosed(schedule: Partial<Schedule>, zone: string, now: number): string | undefined {
  const minute = minuteOfWeek(dateFormat(zone), now);
  if (openMinutes(schedule).has(minute)) return undefined;
  const today = WEEK[Math.floor(minute / DAY)] as DayOfWeek;
  const { from, to, dnd } = schedule[today] ?? { from: 0, to: 2359, dnd: false };
  return dnd ? `${today} dnd ${zone}` : `${today} ${from}-${to} ${zone}`;
}
