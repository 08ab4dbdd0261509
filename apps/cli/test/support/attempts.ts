import type { AttemptRecord } from '@fanfare/sender/app';

/** When the attempts of the tests end. */
export const AT = new Date(2025, 0, 2, 3, 4, 5, 6);

/** A delivery to bob's webhook that is accepted at once. */
export const anAttempt = (changes: Partial<AttemptRecord> = {}): AttemptRecord => ({
  eventId: 'm-1',
  type: 'message.sent',
  appId: 'demo',
  deliveryId: 'e1.0',
  uid: 'bob',
  provider: 'custom',
  attempt: 1,
  outcome: 'accepted',
  settled: 'accepted',
  durationMs: 5,
  ageMs: 42,
  ...changes,
});
