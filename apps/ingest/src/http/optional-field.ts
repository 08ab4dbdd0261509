import { z } from 'zod';
import { SUCCESS } from './fields.ts';

/** What reading an optional field gave. One that is ignored has a problem, and is not worth refusing the rest for. */
export type OptionalField<T> =
  | { kind: 'absent' }
  | { kind: 'given'; value: T }
  | { kind: 'ignored'; field: string; problem: string };

/** Reads an optional field; `undefined` and `null` are absent. */
export function readOptional<T>(field: string, schema: z.ZodType<T>, value: unknown): OptionalField<T> {
  if (value === undefined || value === null) return { kind: 'absent' };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'given', value: parsed.data };
  return { kind: 'ignored', field, problem: parsed.error.issues[0]?.message ?? 'is not usable' };
}

/** A field of text in a request's schema that `readOptional` reads, whatever it is. */
export const optionalText = (description: string) => z.unknown().optional().meta({ type: 'string', description });

/** Success, and the optional fields that were ignored. */
export const SuccessWithIgnored = z.object({
  data: z.object({
    success: z.literal(true),
    ignored: z
      .array(z.object({ field: z.string(), problem: z.string() }))
      .optional()
      .describe('Optional fields that were not usable; absent where there are none.'),
  }),
});

/** The answer after these optional fields have been read. */
export function successWith(fields: readonly OptionalField<unknown>[]): z.infer<typeof SuccessWithIgnored> {
  const ignored = fields.flatMap((read) =>
    read.kind === 'ignored' ? [{ field: read.field, problem: read.problem }] : [],
  );
  return ignored.length === 0 ? SUCCESS : { data: { success: true, ignored } };
}
