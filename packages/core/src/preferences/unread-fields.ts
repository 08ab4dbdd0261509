/** The paths of fields in a body that its schema did not read, e.g. `preferences.email`; at most a hundred. */
export function unreadFields(body: unknown, read: unknown, path = ''): string[] {
  if (!isObject(body) || !isObject(read)) return [];
  const unread = Object.entries(body).flatMap(([key, value]) => {
    const field = path === '' ? key : `${path}.${key}`;
    return Object.hasOwn(read, key) ? unreadFields(value, read[key], field) : [field];
  });
  return unread.slice(0, MAX_FIELDS);
}

const MAX_FIELDS = 100;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
