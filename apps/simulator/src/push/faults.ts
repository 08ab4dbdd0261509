import { z } from 'zod';
import { failureOf, failureShares, LATENCY } from '../faults.ts';
import type { TokenStep } from './token-script.ts';

const STEPS = {
  '429': { failure: { kind: 'throttled' } },
  '500': { failure: { kind: 'internal' } },
  '503': { failure: { kind: 'unavailable' } },
  reset: { cut: 'reset' },
  refused: { cut: 'refused' },
  hang: { hang: true },
} as const satisfies Record<string, TokenStep>;

/** Faults that a service applies to every request, whatever its token. Set as a whole; none by default. */
export const Faults = z
  .strictObject({
    ...LATENCY,
    errors: failureShares(Object.keys(STEPS) as (keyof typeof STEPS)[]),
    goAwayEvery: z.int().min(1).optional().describe('Ends a connection after this many requests.'),
    goAwayInTwoSteps: z
      .boolean()
      .optional()
      .describe('GOAWAY is announced a round trip before it names the last request (RFC 9113, section 6.8).'),
    maxStreams: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Concurrent requests per connection, announced with the next request on it.'),
    badCredential: z
      .boolean()
      .optional()
      .describe('Refuses every credential, as after its key was revoked; FCM also issues no access token.'),
  })
  .describe('Faults of a service.');

export type Faults = z.infer<typeof Faults>;

/** The random failure of this push; empty: none. */
export const randomStep = ({ errors }: Faults, random: () => number): TokenStep => {
  const way = failureOf(errors, random);
  return way === undefined ? {} : STEPS[way];
};
