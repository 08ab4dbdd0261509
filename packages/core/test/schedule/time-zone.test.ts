import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openingOf, TimeZone, wallClock } from '../../src/index.ts';
import { anyWeek } from '../support/any-decision.ts';

const twoDigits = (number: number) => String(number).padStart(2, '0');

/** A non-zero UTC offset in the spellings of phones and SDKs, and its minutes. */
const anyOffset = fc
  .record({
    minutes: fc.integer({ min: -18 * 60, max: 18 * 60 }),
    prefix: fc.constantFrom('', 'GMT', 'UTC', 'utc', 'GMT '),
    colon: fc.constantFrom(':', ''),
    minus: fc.constantFrom('-', '\u2212'),
  })
  .map(({ minutes, prefix, colon, minus }) => {
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    const name = `${prefix}${minutes < 0 ? minus : '+'}${twoDigits(hours)}${colon}${twoDigits(rest)}`;
    return { minutes, name };
  });

const anyMoment = fc.integer({ min: Date.UTC(1970, 0, 3), max: Date.UTC(2100, 0, 1) });

describe('an offset from UTC', () => {
  test.each([
    ['+00:00', '+00:00'],
    ['-00:00', '+00:00'],
    ['GMT+05:30', '+05:30'],
    ['UTC+9', '+09:00'],
    ['+03', '+03:00'],
    ['-0330', '-03:30'],
    [' GMT\u22123 ', '-03:00'],
  ])('%s is kept as %s', (name, kept) => {
    expect(TimeZone.parse(name)).toBe(kept);
  });

  test.each(['', '+', '5', '+25:00', '+05:60', '+18:01', '++5', 'GMT5', 'EST+5', '+05:30 Asia/Kolkata'])(
    '%j is none',
    (name) => {
      expect(TimeZone.safeParse(name).success).toBe(false);
    },
  );

  test('is a clock ahead of UTC by that much, without daylight saving', () => {
    fc.assert(
      fc.property(anyOffset, anyMoment, ({ minutes, name }, now) => {
        const zone = TimeZone.parse(name);
        expect(wallClock(zone, now)).toEqual({ ...wallClock('UTC', now + minutes * 60_000), zone });
        expect(TimeZone.parse(zone)).toBe(zone);
      }),
    );
  });

  test('opens a schedule like a zone of the same offset without daylight saving', () => {
    fc.assert(
      fc.property(anyWeek, anyMoment, (week, now) => {
        expect(openingOf(week, '+09:00', now).open).toBe(openingOf(week, 'Etc/GMT-9', now).open);
      }),
    );
  });
});

test('every accepted time zone is one that schedules can be evaluated in', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        anyOffset.map(({ name }) => name),
        fc.constantFrom('Asia/Tokyo', 'IST'),
      ),
      (name) => {
        const parsed = TimeZone.safeParse(name);
        if (parsed.success) expect(wallClock(parsed.data, 0)).toBeDefined();
      },
    ),
  );
});
