import { badRequest, fieldProblems } from '@fanfare/core';
import type { z } from 'zod';

/**
 * Validates input of the simulator.
 *
 * @throws FanfareError ERR_BAD_REQUEST naming the field.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw badRequest(fieldProblems(parsed.error));
  return parsed.data;
}
