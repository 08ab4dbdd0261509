import type { Violation } from './errors.ts';

/**
 * Reads JSON as Google's API front end reads it into protocol buffers: names in snake_case or camelCase, null means
 * absent, enums in any case, and every problem in Google's words. https://protobuf.dev/programming-guides/json/
 */
export type Shape = (value: unknown, path: string, problems: Violation[]) => unknown;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const problem = (path: string, type: string, value: unknown): Violation => ({
  ...(path && { field: path }),
  description: `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`,
});

const unknownName = (path: string, name: string): Violation => ({
  ...(path && { field: path }),
  description: `Invalid JSON payload received. Unknown name "${name}"${path && ` at '${path}'`}: Cannot find field.`,
});

const scalar =
  (type: string, fits: (value: unknown) => boolean): Shape =>
  (value, path, problems) => {
    if (!fits(value)) problems.push(problem(path, type, value));
    return value;
  };

export const string = scalar('TYPE_STRING', (value) => typeof value === 'string');
export const bool = scalar('TYPE_BOOL', (value) => typeof value === 'boolean');
export const int32 = scalar('TYPE_INT32', (value) => Number.isInteger(value) || /^-?\d+$/.test(String(value)));
export const float = scalar('TYPE_FLOAT', (value) => typeof value === 'number');
export const duration = scalar(
  'type.googleapis.com/google.protobuf.Duration',
  (value) => typeof value === 'string' && /^-?\d{1,12}(\.\d{1,9})?s$/.test(value),
);
export const timestamp = scalar(
  'type.googleapis.com/google.protobuf.Timestamp',
  (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
);
/** Any JSON object. */
export const struct = scalar('type.googleapis.com/google.protobuf.Struct', isObject);

export const oneOf = (type: string, ...names: string[]): Shape => {
  const known = new Set(names);
  return scalar(
    `type.googleapis.com/google.firebase.fcm.v1.${type}`,
    (value) => typeof value === 'string' && known.has(value.toUpperCase()),
  );
};

export const listOf =
  (item: Shape): Shape =>
  (value, path, problems) =>
    (Array.isArray(value) ? value : [value]).map((each, i) => item(each, `${path}[${i}]`, problems));

/** From strings to strings. */
export const stringMap: Shape = (value, path, problems) => {
  if (!isObject(value)) {
    problems.push(problem(path, 'type.googleapis.com/google.protobuf.Struct', value));
    return {};
  }
  let i = 0;
  for (const key in value) string(value[key], `${path}[${i++}].value`, problems);
  return value;
};

/** A message by its fields, in snake_case, as in the result. */
export function message(type: string, fields: Record<string, Shape>): Shape {
  const byName = new Map(
    Object.entries(fields).flatMap(([name, shape]) => [
      [name, { name, shape }],
      [camelCase(name), { name, shape }],
    ]),
  );
  return (value, path, problems) => {
    const read: Record<string, unknown> = {};
    if (!isObject(value)) {
      problems.push(problem(path, `type.googleapis.com/google.firebase.fcm.v1.${type}`, value));
      return read;
    }
    for (const key in value) {
      const field = byName.get(key);
      if (!field) problems.push(unknownName(path, key));
      else if (value[key] !== null) {
        read[field.name] = field.shape(value[key], path ? `${path}.${field.name}` : field.name, problems);
      }
    }
    return read;
  };
}

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
