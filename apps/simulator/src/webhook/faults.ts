import { z } from 'zod';
import { failureOf, failureShares, LATENCY, latencyOf } from '../faults.ts';
import type { Step } from './behaviour.ts';

const STEPS = {
  '429': { status: 429, headers: { 'retry-after': '1' } },
  '500': { status: 500 },
  '503': { status: 503 },
  reset: { reset: true },
  hang: { hang: true },
} as const satisfies Record<string, Step>;

/** Faults of an endpoint, for every valid request. */
export const EndpointFaults = z.strictObject({
  ...LATENCY,
  errors: failureShares(Object.keys(STEPS) as (keyof typeof STEPS)[]),
});

export type EndpointFaults = z.infer<typeof EndpointFaults>;

/** The step of a request under these faults; a configured step takes precedence, field by field. */
export function faultyStep(faults: EndpointFaults, random: () => number): Step {
  const way = failureOf(faults.errors, random);
  const latencyMs = latencyOf(faults, random);
  return { ...(latencyMs !== undefined && { latencyMs }), ...(way !== undefined && STEPS[way]) };
}
