import { z } from 'zod';
import type { Failure } from './token-script.ts';

const Milliseconds = z.int().min(0).max(3_600_000);
const Share = z.number().min(0).max(1);

/** Faults that a service applies to every request, whatever its token. Set as a whole; none by default. */
export const Faults = z
  .strictObject({
    latencyMs: z
      .strictObject({ min: Milliseconds, max: Milliseconds })
      .refine(({ min, max }) => min <= max, { path: ['max'], error: 'cannot be less than min' })
      .optional()
      .describe('Delay of every answer, uniformly distributed.'),
    goAwayEvery: z.int().min(1).optional().describe('Ends a connection after this many requests.'),
    errors: z
      .partialRecord(z.enum(['429', '500', '503']), Share)
      .refine((shares) => Object.values(shares).reduce((sum, share) => sum + share, 0) <= 1, {
        error: 'cannot be more than 1 together',
      })
      .optional()
      .describe('Shares, 0 to 1, of valid pushes to refuse with this status.'),
  })
  .describe('Faults of a service.');

export type Faults = z.infer<typeof Faults>;

const FAILURES: Record<keyof NonNullable<Faults['errors']>, Failure> = {
  '429': { kind: 'throttled' },
  '500': { kind: 'internal' },
  '503': { kind: 'unavailable' },
};

/** The delay; undefined: none. `random`: in [0, 1). */
export const latencyOf = ({ latencyMs }: Faults, random: () => number): number | undefined =>
  latencyMs && latencyMs.min + Math.floor(random() * (latencyMs.max - latencyMs.min + 1));

/** The random failure of this push; undefined: none. */
export function failureOf({ errors }: Faults, random: () => number): Failure | undefined {
  if (!errors) return undefined;
  let left = random();
  for (const [status, share] of Object.entries(errors)) {
    left -= share;
    if (left < 0) return FAILURES[status as keyof typeof FAILURES];
  }
  return undefined;
}
