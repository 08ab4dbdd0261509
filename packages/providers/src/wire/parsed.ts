/** The result of reading a value from outside: the value, or which field is wrong and how (one sentence, no secret). */
export type Parsed<T> = { ok: true; value: T } | { ok: false; field: string; problem: string };

/** A refused value. */
export const refused = (field: string, problem: string): { ok: false; field: string; problem: string } => ({
  ok: false,
  field,
  problem,
});
