import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { bySchema } from '../../src/http/by-schema.ts';

const Answer = z.object({
  data: z.object({
    success: z.literal(true),
    state: z.enum(['done', 'open']),
    counts: z.record(z.string(), z.number().int()),
    events: z.array(z.object({ id: z.string(), error: z.object({ message: z.string() }).optional() })),
    ignored: z.array(z.object({ field: z.string() })).optional(),
  }),
});

const serialize = bySchema({ schema: Answer, method: 'POST', url: '/' });

/** Any text, with quotes, control characters and halves of surrogate pairs. */
const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

const answers = fc.record({
  data: fc.record(
    {
      success: fc.constant(true as const),
      state: fc.constantFrom('done' as const, 'open' as const),
      counts: fc.dictionary(text, fc.integer()),
      events: fc.array(fc.record({ id: text, error: fc.record({ message: text }) }, { requiredKeys: ['id'] })),
      ignored: fc.array(fc.record({ field: text })),
    },
    { requiredKeys: ['success', 'state', 'counts', 'events'] },
  ),
});

test('writes byte for byte what JSON.stringify writes', () => {
  fc.assert(fc.property(answers, (answer) => expect(serialize(answer)).toBe(JSON.stringify(answer))));
});

test('leaves out what the schema does not name', () => {
  const data = { success: true, state: 'done', counts: {}, events: [{ id: '1', secret: 'x' }] };
  expect(JSON.parse(serialize({ data }))).toEqual({ data: { ...data, events: [{ id: '1' }] } });
});
