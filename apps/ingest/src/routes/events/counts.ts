import { z } from 'zod';

/** The states of an event. */
export const EVENT_STATES = ['expanding', 'delivering', 'done'] as const;

const count = z.number().int();

/** The counts of an event. */
export const Counts = z.object({
  audience: count.describe('Recipients.'),
  planned: count.describe('Deliveries: one per recipient and target.'),
  suppressed: z.record(z.string(), count).describe('Recipients not notified, by reason.'),
  accepted: count,
  token_dead: count,
  rejected: count,
  expired: count,
  superseded: count,
  pending: count,
});
