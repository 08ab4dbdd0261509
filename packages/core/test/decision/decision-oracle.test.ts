import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decider } from '../../src/index.ts';
import { anyContext, anyNotifyingEvent, anyRecipient } from '../support/any-decision.ts';
import { naiveDecision } from '../support/naive-decision.ts';

const DECIDED_HERE = [
  'MESSAGES_PREFERENCE',
  'REPLIES_PREFERENCE',
  'QUOTED_REPLIES_PREFERENCE',
  'MESSAGE_ACTIONS_PREFERENCE',
  'REACTIONS_PREFERENCE',
  'GROUP_ACTIONS_PREFERENCE',
  'DND_PREFERENCE',
  'MUTE_PREFERENCE',
  'SCHEDULE_PREFERENCE',
  'CALL_PREFERENCE',
  'PUSH_DISABLED',
  'GROUP_TOO_LARGE',
  'REACTION_REMOVED',
];

test('every decision equals the specification followed step by step, and every reason occurs', () => {
  const seen = new Set<string>();
  const property = fc.property(
    anyNotifyingEvent,
    anyContext,
    fc.array(anyRecipient, { minLength: 1, maxLength: 4 }),
    (event, context, recipients) => {
      const expected = recipients.map((recipient) => naiveDecision(event, context, recipient));
      for (const decision of expected) seen.add(decision.send ? 'SENT' : decision.reason);
      expect(recipients.map(decider(event, context))).toEqual(expected);
    },
  );
  fc.assert(property, { numRuns: 1000 });
  expect(seen).toEqual(new Set([...DECIDED_HERE, 'SENT']));
});
