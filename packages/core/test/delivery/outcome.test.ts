import { expect, test } from '@jest/globals';
import { DELIVERY_STATES, isOpen } from '../../src/index.ts';

test('states that are stored keep their numbers', () => {
  expect(Object.fromEntries(DELIVERY_STATES.map((state, number) => [state, number]))).toEqual({
    pending: 0,
    retrying: 1,
    accepted: 2,
    token_dead: 3,
    rejected: 4,
    expired: 5,
    superseded: 6,
  });
});

test('a delivery still has to be sent while it is pending or retrying', () => {
  expect(DELIVERY_STATES.filter(isOpen)).toEqual(['pending', 'retrying']);
});
