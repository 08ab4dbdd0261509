import fc from 'fast-check';

/** The part of JSON Schema that the OpenAPI document uses. */
export interface JsonSchema {
  $ref?: string;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  type?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
}

/** Elements of a generated array or record: their number is tested elsewhere. */
const MANY = 4;

/** What a field must not be, but may come as. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, '', ' ', 0, -1, 1.5, 1e308, 2 ** 53, true, [], {}, [[]], '\u0000', '\ud800', '../..', '{}'),
  fc.constantFrom('__proto__', 'constructor', '%00', '*', '9'.repeat(400), 'x'.repeat(5000), { __proto__x: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string(),
);

/** Values that fit a schema, mostly; `refs` are the named schemas. */
export function valuesOf(schema: JsonSchema, refs: Record<string, JsonSchema>): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valuesOf(refs[schema.$ref.split('/').at(-1) as string] as JsonSchema, refs);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => valuesOf(one, refs)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return texts(schema);
    case 'integer':
    case 'number':
      return integers(schema);
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, refs), { maxLength: MANY });
    case 'object':
      return objects(schema, refs);
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function integers({ minimum = -9, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): fc.Arbitrary<number> {
  const min = Math.max(minimum, Number.MIN_SAFE_INTEGER);
  const max = Math.min(maximum, Number.MAX_SAFE_INTEGER);
  return fc.oneof(fc.integer({ min, max: Math.min(max, min + 10_000) }), fc.constantFrom(min, max));
}

function texts({ pattern, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  if (pattern !== undefined)
    return fc.oneof(fc.constantFrom('alice', 'bob', 'hiking'), fc.stringMatching(new RegExp(pattern)));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)), unit: 'grapheme' });
}

function objects(schema: JsonSchema, refs: Record<string, JsonSchema>): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, valuesOf(one, refs)])),
    { requiredKeys: required.filter((name) => name in properties) },
  );
  if (additionalProperties === undefined || additionalProperties === false) return known;
  const names = propertyNames ? (valuesOf(propertyNames, refs) as fc.Arbitrary<string>) : fc.string({ maxLength: 12 });
  const values = valuesOf(additionalProperties === true ? {} : additionalProperties, refs);
  const more = fc.dictionary(names.map(String), values, { maxKeys: MANY });
  return fc.tuple(known, more).map(([fields, extra]) => ({ ...extra, ...(fields as object) }));
}

/** The same values, one in two with something wrong somewhere within. */
export const mutated = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    values,
    fc
      .tuple(values, junk, fc.array(fc.nat(), { minLength: 1, maxLength: 5 }))
      .map(([value, wrong, path]) => replaceAt(structuredClone(value), path, wrong)),
  );

/** Replaces what a path of positions leads to; the path ends early where there is nothing below. */
function replaceAt(value: unknown, [step = 0, ...rest]: number[], wrong: unknown): unknown {
  if (typeof value !== 'object' || value === null) return wrong;
  const names = Object.keys(value);
  if (names.length === 0) return wrong;
  const name = names[step % names.length] as string;
  const fields = value as Record<string, unknown>;
  fields[name] = rest.length === 0 ? wrong : replaceAt(fields[name], rest, wrong);
  return fields;
}
