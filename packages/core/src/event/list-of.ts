import { z } from 'zod';
import { MAX_PROBLEMS } from '../errors/errors.ts';

/**
 * A list whose length is checked before any element, and whose elements are checked until there are as many problems as
 * an answer names. A zod array checks every element first, which takes seconds for a million bad ones.
 */
export function listOf<T extends z.ZodType>(item: T, { min = 0, max }: { min?: number; max: number }) {
  const { $schema: _, ...items } = z.toJSONSchema(item, { io: 'input', unrepresentable: 'any' });
  return z
    .custom<z.input<T>[]>()
    .transform((value, { issues, addIssue }): z.output<T>[] => {
      const size = { origin: 'array', inclusive: true, input: value } as const;
      if (!Array.isArray(value)) addIssue({ code: 'invalid_type', expected: 'array', input: value });
      else if (value.length < min) addIssue({ code: 'too_small', minimum: min, ...size });
      else if (value.length > max) addIssue({ code: 'too_big', maximum: max, ...size });
      if (!Array.isArray(value) || issues.length > 0) return z.NEVER;
      const elements: z.output<T>[] = [];
      for (const [i, element] of value.entries()) {
        const parsed = item.safeParse(element);
        if (parsed.success) elements.push(parsed.data);
        else for (const issue of parsed.error.issues) addIssue({ ...issue, path: [i, ...issue.path] });
        if (issues.length >= MAX_PROBLEMS) break;
      }
      return elements;
    })
    .meta({ type: 'array', minItems: min, maxItems: max, items });
}
