import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';

const HOUR_MS = 3_600_000;
/** Headers that the server sets itself. */
const OURS = new Set(['content-length', 'transfer-encoding']);

const Headers = z
  .record(z.string(), z.union([z.string(), z.number()], 'must be a string or a number'))
  .superRefine((headers, context) => {
    for (const [name, value] of Object.entries(headers)) {
      const problem = headerProblem(name, String(value));
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem });
    }
  })
  .transform((headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
  );

/** One way to answer. Without any field: 200, like a receiver that accepted the notification. */
export const Step = z
  .strictObject({
    status: z.int().min(200).max(599).optional().describe('HTTP status, 200 by default.'),
    body: z.unknown().optional().describe('A string is sent unchanged, anything else as JSON.'),
    headers: Headers.optional().describe('Additional headers, for example retry-after.'),
    latencyMs: z.int().min(0).max(HOUR_MS).optional().describe('Delay before the answer or the cut.'),
    hang: z.literal(true).optional().describe('Never answer; the connection stays open.'),
    reset: z.literal(true).optional().describe('Reset the connection instead of answering.'),
    truncate: z.literal(true).optional().describe('Cut the connection in the middle of the body.'),
    times: z.int().min(1).optional().describe('Applies to this many first requests of each uid.'),
  })
  .superRefine((step, context) => {
    const never = step.hang ? 'hang' : 'reset';
    if (!step[never]) return;
    for (const field of ['status', 'body', 'headers', 'truncate', 'reset'] as const) {
      if (field !== never && step[field] !== undefined) {
        context.addIssue({ code: 'custom', path: [field], message: `cannot be combined with ${never}` });
      }
    }
  });
export type Step = z.input<typeof Step>;

const Steps = z
  .array(Step)
  .min(1)
  .superRefine((steps, context) => {
    for (const [i, step] of steps.slice(0, -1).entries()) {
      if (step.times !== undefined) continue;
      context.addIssue({ code: 'custom', path: [i, 'times'], message: 'is required, because other steps follow' });
    }
  });

/** One step, or a sequence that each uid passes through; afterwards the answer is 200 again. */
export type Behaviour = Step | readonly Step[];

/** Parses a Behaviour into its steps. Not a zod union, which would not name the wrong field. */
export const Behaviour = z.unknown().transform((value, context): readonly Step[] => {
  const parsed = Array.isArray(value) ? Steps.safeParse(value) : Step.safeParse(value);
  if (parsed.success) return Array.isArray(parsed.data) ? parsed.data : [parsed.data];
  context.issues.push(...parsed.error.issues.map((issue) => ({ ...issue, input: value }) as z.core.$ZodRawIssue));
  return z.NEVER;
});

/** The step for the request after `served` earlier ones; undefined after the end of the sequence. */
export function stepAt(steps: readonly Step[], served: number): Step | undefined {
  let before = 0;
  for (const step of steps) {
    before += step.times ?? Number.POSITIVE_INFINITY;
    if (served < before) return step;
  }
  return undefined;
}

function headerProblem(name: string, value: string): string | undefined {
  if (OURS.has(name.toLowerCase())) return 'is set by the simulator';
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return undefined;
  } catch {
    return 'cannot be sent as a header';
  }
}
