import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DaySchedule, openingOf, type Schedule } from '../../src/index.ts';
import { anyWeek, ZONES } from '../support/any-decision.ts';
import { dateFormat, minuteOfWeek, openMinutes } from '../support/naive-schedule.ts';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

/** Open in the minutes of a different hour each day, over midnight at the week's end: no two days look alike. */
const WEEK: Schedule = {
  monday: { from: 0, to: 130, dnd: false },
  tuesday: { from: 145, to: 315, dnd: false },
  wednesday: { from: 2300, to: 200, dnd: false },
  thursday: { from: 230, to: 2245, dnd: false },
  friday: { from: 0, to: 2359, dnd: true },
  saturday: { from: 2200, to: 100, dnd: false },
  sunday: { from: 200, to: 1, dnd: false },
};

/** The moments in a span at which our calendar and the runtime's disagree. */
function disagreements(zone: string, { from, to, step }: { from: number; to: number; step: number }): string[] {
  const format = dateFormat(zone);
  const open = openMinutes(WEEK);
  const wrong = [];
  for (let now = from; now < to; now += step) {
    const ours = openingOf(WEEK, zone, now).open;
    if (ours !== open.has(minuteOfWeek(format, now))) wrong.push(new Date(now).toISOString());
  }
  return wrong;
}

/** The quarter hours of a year in which a zone's clock does not advance by a quarter of an hour. */
function clockChanges(zone: string, year: number): number[] {
  const format = dateFormat(zone);
  const changes = [];
  let before = minuteOfWeek(format, Date.UTC(year, 0, 1));
  for (let now = Date.UTC(year, 0, 1) + QUARTER; now < Date.UTC(year + 1, 0, 1); now += QUARTER) {
    const minute = minuteOfWeek(format, now);
    if ((before + 15) % (7 * 24 * 60) !== minute) changes.push(now);
    before = minute;
  }
  return changes;
}

/**
 * Clock changes by half an hour, by an entire day, at midnight, for Ramadan; one zone without any; the latest year of
 * each.
 */
const CHANGES: [zone: string, year: number, changes: number][] = [
  ['Asia/Tokyo', 2026, 0],
  ['America/New_York', 2026, 2],
  ['Europe/Berlin', 2026, 2],
  ['Australia/Lord_Howe', 2026, 2],
  ['Asia/Kathmandu', 2026, 0],
  ['America/St_Johns', 2010, 2],
  ['Africa/Casablanca', 2026, 2],
  ['Pacific/Chatham', 2026, 2],
  ['America/Sao_Paulo', 2018, 2],
  ['Asia/Kolkata', 2026, 0],
  ['Pacific/Apia', 2011, 3],
  ['Antarctica/Troll', 2026, 2],
];

test('all zones are covered', () => {
  expect(CHANGES.map(([zone]) => zone)).toEqual(ZONES);
});

describe.each(CHANGES)('in %s', (zone, year, count) => {
  test('a schedule follows the wall clock, each quarter hour of a year', () => {
    const span = { from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1), step: QUARTER };
    expect(disagreements(zone, span)).toEqual([]);
  });

  test(`a schedule follows the clock minute by minute around its changes, ${count} times in ${year}`, () => {
    const changes = clockChanges(zone, year);
    expect(changes).toHaveLength(count);
    for (const change of changes) {
      const span = { from: change - 26 * 60 * MINUTE, to: change + 26 * 60 * MINUTE, step: MINUTE };
      expect(disagreements(zone, span)).toEqual([]);
    }
  });
});

test('any week in any zone is open in the minutes of its windows, in any order of calls', () => {
  const anyMoment = fc.integer({ min: Date.UTC(2012, 0, 1), max: Date.UTC(2040, 0, 1) });
  fc.assert(
    fc.property(anyWeek, fc.constantFrom(...ZONES), fc.array(anyMoment), (week, zone, moments) => {
      const schedule = week as Record<keyof Schedule, DaySchedule>;
      const open = openMinutes(schedule);
      const format = dateFormat(zone);
      for (const now of moments) {
        expect(openingOf(schedule, zone, now).open).toBe(open.has(minuteOfWeek(format, now)));
      }
    }),
    { numRuns: 200 },
  );
});

test('more zones than the cache holds are all answered correctly', () => {
  const schedule = { ...WEEK, monday: { from: 900, to: 1800, dnd: false } };
  const names = Array.from({ length: 1200 }, (_, i) => `No/Zone_${i}`);
  const monday = Date.UTC(2026, 10, 23, 3, 30);
  expect(openingOf(schedule, 'Asia/Tokyo', monday).open).toBe(true);
  for (const name of names) expect(openingOf(schedule, name, monday).open).toBe(false);
  expect(openingOf(schedule, 'Asia/Tokyo', monday).open).toBe(true);
});
