import { expect, test } from '@jest/globals';
import { DELIVERY_STATES, isOpen, needsJob } from '../../src/index.ts';

test('states that are stored keep their numbers', () => {
  expect(Object.fromEntries(DELIVERY_STATES.map((state, number) => [state, number]))).toEqual({
    pending: 0,
    retrying: 1,
    accepted: 2,
    token_dead: 3,
    rejected: 4,
    expired: 5,
    superseded: 6,
    held: 7,
  });
});

test('a delivery still has to be sent while it is pending, retrying or held', () => {
  expect(DELIVERY_STATES.filter(isOpen)).toEqual(['pending', 'retrying', 'held']);
});

test('an open delivery needs a job unless it is held', () => {
  expect(DELIVERY_STATES.filter(needsJob)).toEqual(['pending', 'retrying']);
});
