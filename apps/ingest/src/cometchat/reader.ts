import { badRequest, type FanfareError, fieldProblems } from '@fanfare/core';
import { z } from 'zod';
import type { Context, Reading } from './translation.ts';

type Parsed<T> = { ok: true; data: T } | { ok: false; error: FanfareError };

/** Reads the body of one trigger. Without a reading, the body is valid and requires no action. */
export type Reader = (body: unknown, context: Context) => Parsed<Reading | undefined>;

/** Validates part of a webhook body. Distinguishes missing fields from invalid ones. */
export function parse<S extends z.ZodType>(schema: S, body: unknown): Parsed<z.output<S>> {
  const parsed = schema.safeParse(body, { error: ({ input }) => (input == null ? 'is missing' : undefined) });
  if (parsed.success) return { ok: true, data: parsed.data };
  return { ok: false, error: badRequest(fieldProblems(parsed.error)) };
}

/** A reader for bodies whose `data` matches the schema. */
export function reader<S extends z.ZodType>(
  schema: S,
  read: (data: z.output<S>, context: Context) => Reading | undefined,
): Reader {
  const body = z.object({ data: schema });
  return (input, context) => {
    const parsed = parse(body, input);
    return parsed.ok ? { ok: true, data: read((parsed.data as { data: z.output<S> }).data, context) } : parsed;
  };
}
