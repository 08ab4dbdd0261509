import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  asDeletion,
  type Event,
  type MessageEvent,
  MODERATION_STATUSES,
  moderationDecision,
  parseEvent,
} from '../../src/index.ts';
import { event } from '../support/sample-events.ts';

const message = (type: 'message.sent' | 'message.edited', moderation?: string): Event =>
  event(type, { message: { id: '101', text: 'secret', ...(moderation === undefined ? {} : { moderation }) } });

const situation = fc.record({
  verdict: fc.constantFrom(...MODERATION_STATUSES, undefined),
  waits: fc.boolean(),
  late: fc.boolean(),
});

test('only a pending message of an app that moderates waits, and never beyond its deadline', () => {
  const status = fc.constantFrom(...MODERATION_STATUSES, undefined);
  const type = fc.constantFrom('message.sent' as const, 'message.edited' as const);
  fc.assert(
    fc.property(type, status, situation, (kind, moderation, now) => {
      const gate = moderationDecision(message(kind, moderation), now);
      const undecided = moderation === 'pending' && (now.verdict ?? 'pending') === 'pending';
      expect(gate.kind === 'wait').toBe(undecided && now.waits && !now.late);
      const disapproved = moderation === 'disapproved' || (moderation === 'pending' && now.verdict === 'disapproved');
      expect(gate.kind === 'closed' && gate.reason === 'MODERATION_DISAPPROVED').toBe(disapproved);
    }),
  );
});

test('a disapproved message becomes a valid deletion without its text, whatever its id', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/), (id) => {
      const deletion = asDeletion({ ...(message('message.sent', 'disapproved') as MessageEvent), id });
      expect(parseEvent(deletion)).toMatchObject({ ok: true, event: { type: 'message.deleted' } });
      expect(JSON.stringify(deletion)).not.toContain('secret');
    }),
  );
});
