import { expect, test } from '@jest/globals';
import { type CallEvent, endsRing, endsRingFor, followsRing, ringShowsUntil } from '../../src/index.ts';
import { event } from '../support/sample-events.ts';

const GROUP = { conversation: { type: 'group', id: 'hiking' } };
const ENDS_FOR_ALL = ['call.cancelled', 'call.unanswered', 'call.ended'] as const;
const BY_ONE = ['call.ongoing', 'call.rejected', 'call.busy'] as const;

test.each([...ENDS_FOR_ALL, ...BY_ONE])('%s between two ends the ring for both', (type) => {
  const state = event(type) as CallEvent;
  expect(followsRing(state)).toBe(true);
  expect(endsRing(state)).toBe(true);
  expect(['alice', 'bob'].map((uid) => endsRingFor(state, uid))).toEqual([true, true]);
});

test.each(ENDS_FOR_ALL)('%s in a group ends the ring for everyone', (type) => {
  const state = event(type, GROUP) as CallEvent;
  expect(endsRing(state)).toBe(true);
  expect(['alice', 'bob'].map((uid) => endsRingFor(state, uid))).toEqual([true, true]);
});

test.each(BY_ONE)('%s in a group ends the ring for the sender alone', (type) => {
  const state = event(type, GROUP) as CallEvent;
  expect(endsRing(state)).toBe(false);
  expect(['alice', 'bob'].map((uid) => endsRingFor(state, uid))).toEqual([true, false]);
});

test('a ring ends nothing', () => {
  const ring = event('call.initiated') as CallEvent;
  expect([followsRing(ring), endsRing(ring), endsRingFor(ring, 'bob')]).toEqual([false, false, false]);
});

test('a ring can be showing for five seconds after its deadline', () => {
  expect(ringShowsUntil(30_000)).toBe(35_000);
});
