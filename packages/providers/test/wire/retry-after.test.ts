import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryAfterMs } from '../../src/wire/retry-after.ts';

/** Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110. */
const EXAMPLE = 784_111_777_000;
const anHourLeft = { now: EXAMPLE, deadlineAt: EXAMPLE + 3_600_000 };

describe('retryAfterMs', () => {
  test('reads whole seconds', () => {
    expect(retryAfterMs('120', anHourLeft)).toBe(120_000);
  });

  test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'reads the HTTP date %j, whatever the time zone of this machine',
    (date) => {
      const limits = { now: EXAMPLE - 90_000, deadlineAt: EXAMPLE + 1000 };
      expect(retryAfterMs(date, limits)).toBe(90_000);
    },
  );

  test.each(['', 'soon', '-5', '1.5', '1e3', '0x10', '5 s', 'Sun', '1994-11-06T08:49:37Z', '06 Nov 1994'])(
    'what is neither says nothing: %j',
    (text) => {
      expect(retryAfterMs(text, anHourLeft)).toBeUndefined();
    },
  );

  test.each(['0', 'Sun, 06 Nov 1994 08:49:00 GMT'])('%j still waits a second', (header) => {
    expect(retryAfterMs(header, anHourLeft)).toBe(1000);
  });

  test.each(['86400', '9'.repeat(400), 'Fri, 06 Nov 2099 08:49:37 GMT'])('%j is cut to what is left', (header) => {
    expect(retryAfterMs(header, anHourLeft)).toBe(3_600_000);
  });

  test('the deadline takes precedence over the minimum wait, and is never exceeded', () => {
    expect(retryAfterMs('5', { now: 1000, deadlineAt: 1300 })).toBe(300);
    expect(retryAfterMs('5', { now: 1000, deadlineAt: 900 })).toBe(0);
  });

  test('any text gives undefined or a wait within the limits', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const wait = retryAfterMs(text, anHourLeft) ?? 1000;
        return wait >= 1000 && wait <= 3_600_000;
      }),
    );
  });
});
