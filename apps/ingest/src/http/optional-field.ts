import { z } from 'zod';
import { SUCCESS } from './fields.ts';

/** The result of reading an optional field. An invalid one is ignored, so that it does not reject the request. */
export type OptionalField<T> =
  | { kind: 'absent' }
  | { kind: 'given'; value: T }
  | { kind: 'ignored'; field: string; problem: string };

/** Reads an optional field; `undefined` and `null` are absent. */
export function readOptional<T>(field: string, schema: z.ZodType<T>, value: unknown): OptionalField<T> {
  if (value === undefined || value === null) return { kind: 'absent' };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'given', value: parsed.data };
  return { kind: 'ignored', field, problem: parsed.error.issues[0]?.message ?? 'is invalid' };
}

/** A text field in a request schema that accepts any value, to be read with `readOptional`. */
export const optionalText = (description: string) => z.unknown().optional().meta({ type: 'string', description });

/** Success, with the optional fields that were ignored. */
export const SuccessWithIgnored = z.object({
  data: z.object({
    success: z.literal(true),
    ignored: z
      .array(z.object({ field: z.string(), problem: z.string() }))
      .optional()
      .describe('Invalid optional fields that were ignored; absent if there are none.'),
  }),
});

/** The response after these optional fields have been read. */
export function successWith(fields: readonly OptionalField<unknown>[]): z.infer<typeof SuccessWithIgnored> {
  const ignored = fields.flatMap((read) =>
    read.kind === 'ignored' ? [{ field: read.field, problem: read.problem }] : [],
  );
  return ignored.length === 0 ? SUCCESS : { data: { success: true, ignored } };
}
