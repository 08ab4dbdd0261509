import type { DeadLetterGroup } from '@fanfare/client';

const HOUR_S = 3600;

/** Points of a line of failures. */
const POINTS = 24;

/** The whole days, up to now, in which all dead letters of these groups were given up; at least one. */
export function daysOf(groups: readonly DeadLetterGroup[], now: number): number {
  const first = Math.min(...groups.map((group) => group.first));
  const hours = hourOf(now / 1000) - hourOf(first) + 1;
  return Number.isFinite(hours) ? Math.max(1, Math.ceil(hours / 24)) : 1;
}

/** Failures in equal parts of the last days, oldest first: of one day, its hours. Undefined if they are not known. */
export function failuresOf({ byHour }: DeadLetterGroup, days: number, now: number): number[] | undefined {
  if (!byHour) return undefined;
  const values = Array.from({ length: POINTS }, () => 0);
  const hoursEach = (days * 24) / POINTS;
  for (const { at, count } of byHour) {
    const ago = Math.floor((hourOf(now / 1000) - hourOf(at)) / hoursEach);
    const point = POINTS - 1 - ago;
    if (point in values) values[point] = (values[point] ?? 0) + count;
  }
  return values;
}

const hourOf = (seconds: number): number => Math.floor(seconds / HOUR_S);
