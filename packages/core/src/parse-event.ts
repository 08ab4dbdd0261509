import { badRequest, type FanfareError, fieldProblems } from './errors.ts';
import { EVENT_TYPES, Event } from './event.ts';

/** A valid event, or the error that says which field is wrong. */
export function parseEvent(input: unknown): { ok: true; event: Event } | { ok: false; error: FanfareError } {
  const parsed = Event.safeParse(input);
  if (parsed.success) return { ok: true, event: parsed.data };
  const problems = fieldProblems(parsed.error).map((problem) =>
    problem.field === 'type' ? { field: 'type', problem: `must be one of: ${EVENT_TYPES.join(', ')}` } : problem,
  );
  return { ok: false, error: badRequest(problems) };
}
