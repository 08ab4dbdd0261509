import { describe, expect, test } from '@jest/globals';
import { openingOf, type Schedule, SchedulePatch, WHOLE_WEEK } from '../../src/index.ts';

const window = (from: number, to: number, dnd = false) => ({ from, to, dnd });
const ALL_DAY = window(0, 2359);

/** A moment in the week of Monday 23 November 2026, UTC, with seconds. */
const at = (day: keyof Schedule, time: string): number =>
  Date.parse(`2026-11-${23 + Object.keys(WHOLE_WEEK).indexOf(day)}T${time}Z`);

describe('a window', () => {
  test.each([
    ['opens with its first minute', window(900, 1800), '09:00:00', true],
    ['is closed before', window(900, 1800), '08:59:59', false],
    ['is open to the end of its last minute', window(900, 1800), '18:00:59', true],
    ['is closed after', window(900, 1800), '18:01:00', false],
    ['of one minute is that minute', window(1200, 1200), '12:00:30', true],
    ['of one minute is no other', window(1200, 1200), '12:01:00', false],
    ['of all day starts with the day', ALL_DAY, '00:00:00', true],
    ['of all day ends with the day', ALL_DAY, '23:59:59', true],
    ['of a silent day is closed, whatever its hours', window(0, 2359, true), '12:00:00', false],
    ['that is over midnight opens in the evening', window(2200, 600), '22:00:00', true],
    ['that is over midnight is closed by day', window(2200, 600), '21:59:59', false],
    ['that is over midnight does not reach back into its own morning', window(2200, 600), '05:00:00', false],
  ])('%s', (_what, wednesday, time, open) => {
    const day = { ...WHOLE_WEEK, tuesday: window(900, 1800), wednesday };
    expect(openingOf(day, 'UTC', at('wednesday', time)).open).toBe(open);
  });
});

describe('a night', () => {
  const night = { ...WHOLE_WEEK, tuesday: window(2200, 600), wednesday: window(900, 1800) };

  test.each([
    ['00:00:00', true],
    ['06:00:59', true],
    ['06:01:00', false],
    ['09:00:00', true],
  ])('closes on the next day: at %s open: %s', (time, open) => {
    expect(openingOf(night, 'UTC', at('wednesday', time)).open).toBe(open);
  });

  test('does not reach into a silent day', () => {
    const silent = { ...night, wednesday: window(900, 1800, true) };
    expect(openingOf(silent, 'UTC', at('wednesday', '05:00:00'))).toEqual({ open: false, why: 'wednesday dnd UTC' });
  });

  test('of a silent day does not reach anywhere', () => {
    const silent = { ...night, tuesday: window(2200, 600, true) };
    expect(openingOf(silent, 'UTC', at('wednesday', '05:00:00')).open).toBe(false);
  });

  test('reaches from Sunday into Monday', () => {
    const sunday = { ...WHOLE_WEEK, sunday: window(2200, 600), monday: window(900, 1800) };
    expect(openingOf(sunday, 'UTC', at('monday', '05:00:00')).open).toBe(true);
  });
});

test('a day without entry is open all day', () => {
  expect(openingOf({}, 'UTC', at('friday', '00:00:00'))).toEqual({ open: true });
  expect(openingOf({ thursday: window(2200, 600) }, 'UTC', at('friday', '23:59:00'))).toEqual({ open: true });
});

test('a closed schedule names the day, its window and the zone', () => {
  const schedule = { ...WHOLE_WEEK, monday: window(900, 1800), sunday: window(0, 2359, true) };
  // 23:30 on Sunday in UTC is 08:30 on Monday in Tokyo.
  const moment = at('sunday', '23:30:00') - 7 * 86_400_000;
  expect(openingOf(schedule, 'Asia/Tokyo', moment)).toEqual({ open: false, why: 'monday 900-1800 Asia/Tokyo' });
  expect(openingOf(schedule, 'UTC', moment)).toEqual({ open: false, why: 'sunday dnd UTC' });
});

test('an unknown zone counts as UTC', () => {
  const schedule = { ...WHOLE_WEEK, monday: window(900, 1800) };
  expect(openingOf(schedule, 'Mars/Phobos', at('monday', '08:00:00'))).toEqual({
    open: false,
    why: 'monday 900-1800 UTC',
  });
});

describe('a time of day', () => {
  const parse = (from: unknown) => SchedulePatch.safeParse({ monday: { from } });

  test.each([0, 59, 100, 900, 1830, 2359])('may be %i', (time) => {
    expect(parse(time)).toMatchObject({ success: true, data: { monday: { from: time } } });
  });

  test.each([-1, 60, 99, 1260, 2360, 2400, 9.5, '900', '09:00', null, Number.NaN])(
    'may not be %p, and the answer says what may',
    (time) => {
      const [issue, ...others] = parse(time).error?.issues ?? [];
      expect(others).toEqual([]);
      expect(issue).toMatchObject({ path: ['monday', 'from'], message: 'must be a time as HHMM, 0 to 2359' });
    },
  );
});

test('a change of a schedule may name some days and parts of a day; unknown days are ignored', () => {
  const patch = { monday: { from: 900 }, sunday: { dnd: true }, someday: { from: 0 } };
  expect(SchedulePatch.parse(patch)).toEqual({ monday: { from: 900 }, sunday: { dnd: true } });
});
