/** A JSON object from outside; undefined when the text is anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  // The answers that say yes are empty, and the exception would cost more than sending.
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object or an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A member that is a string; undefined when there is none. */
export function stringIn(object: Record<string, unknown> | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === 'string' ? value : undefined;
}
