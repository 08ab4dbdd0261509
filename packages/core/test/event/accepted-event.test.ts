import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isCall, laneOf } from '../../src/index.ts';
import { anyEvent, CALLS, checked, event, smallest } from '../support/sample-events.ts';

const GROUP = { conversation: { type: 'group', id: 'hiking' } };

describe('a lane', () => {
  test.each([
    [0, 'chat'],
    [1, 'chat'],
    [1000, 'chat'],
    [1001, 'bulk'],
    [1_000_000, 'bulk'],
  ] as const)('for a message to %d users is %s when more than 1,000 are many', (size, lane) => {
    expect(laneOf(event('message.sent', GROUP), size, 1000)).toBe(lane);
  });

  test.each(CALLS)('for %s is the call lane, whatever the size of the group', (type) => {
    const subject = checked({ ...smallest(type), ...GROUP });
    expect([0, 1, 1001, 1_000_000].map((size) => laneOf(subject, size, 1000))).toEqual(Array(4).fill('call'));
  });

  test('is the call lane for calls only', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(), fc.nat(), (subject, size, many) => {
        expect(laneOf(subject, size, many) === 'call').toBe(isCall(subject));
      }),
    );
  });
});
