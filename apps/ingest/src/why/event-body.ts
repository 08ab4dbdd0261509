import { badRequest, EVENT_TYPES, type FieldProblem, fieldProblems } from '@fanfare/core';
import type { z } from 'zod';

/**
 * The validator for routes whose body has an event under `event`. Problems name the field (`event.message.id`); for an
 * unknown type they list the known ones.
 */
export const eventBodyValidator =
  ({ schema }: { schema: unknown }) =>
  (input: unknown) => {
    const parsed = (schema as z.ZodType).safeParse(input);
    return parsed.success ? { value: parsed.data } : { error: badRequest(fieldProblems(parsed.error).map(withTypes)) };
  };

const withTypes = ({ field, problem }: FieldProblem): FieldProblem => ({
  field,
  problem: field === 'event.type' ? `must be one of: ${EVENT_TYPES.join(', ')}` : problem,
});
