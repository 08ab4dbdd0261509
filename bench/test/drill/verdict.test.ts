import { expect, test } from '@jest/globals';
import { isGood, mostDuplicated } from '../../src/drill/verdict.ts';

const IN_FLIGHT = { ofSender: 210, ofAll: 420 };
const GOOD = { lost: 0, duplicated: 420, bound: 420, stale: 0, kills: 1, recoveredS: 1 };

test('no more may be duplicated than the senders in doubt had in flight, nor than all had at the kills', () => {
  expect(mostDuplicated({ kills: 4, senders: 2 }, IN_FLIGHT)).toBe(420);
  expect(mostDuplicated({ kills: 1, senders: 6 }, IN_FLIGHT)).toBe(420);
  expect(mostDuplicated({ kills: 0, senders: 1 }, IN_FLIGHT)).toBe(210);
  expect(mostDuplicated({ kills: 3, senders: 0 }, IN_FLIGHT)).toBe(0);
});

test('a drill fails by one delivery that is lost, stale or duplicated beyond that', () => {
  expect(isGood(GOOD)).toBe(true);
  expect(isGood({ ...GOOD, duplicated: 421 })).toBe(false);
  expect(isGood({ ...GOOD, lost: 1 })).toBe(false);
  expect(isGood({ ...GOOD, stale: 1 })).toBe(false);
});
