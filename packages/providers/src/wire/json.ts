/** Parses a JSON object from outside; undefined when the text is anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  // Positive answers are empty, and the exception would cost more than sending.
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A text in well-formed Unicode: a lone surrogate becomes U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** Text that needs no escapes, such as a push token: testing it costs a tenth of JSON.stringify. */
const PLAIN = /^[\w.:~-]*$/;

/** A lone surrogate as JSON escapes it, or an escaped backslash, after which nothing is an escape. */
const LONE_SURROGATE = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * JSON in well-formed Unicode: any lone surrogate in it becomes U+FFFD. JSON.stringify writes it as an escape, which
 * strict parsers such as FCM's refuse (https://www.rfc-editor.org/rfc/rfc8259#section-8.2).
 */
export function toJson(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  const json = JSON.stringify(value);
  return json.includes('\\ud') ? json.replace(LONE_SURROGATE, (found) => (found === '\\\\' ? found : '\ufffd')) : json;
}

/** Whether a value of JSON is an object or an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A member that is a string; undefined when there is none. */
export function stringIn(object: Record<string, unknown> | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === 'string' ? value : undefined;
}
