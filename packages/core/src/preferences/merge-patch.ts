/** A JSON value that may be an object whose members can be merged one by one. */
type Json = Record<string, unknown>;

/**
 * Applies a JSON Merge Patch (RFC 7396): objects are merged member by member, `null` removes a member, anything else
 * replaces. `undefined` changes nothing. Neither argument is changed.
 */
export function mergePatch<T extends object>(base: T, patch: object): T {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(patch)) {
    const before = merged.get(key);
    if (value === null) merged.delete(key);
    else if (isObject(value)) merged.set(key, mergePatch(isObject(before) ? before : {}, value));
    else if (value !== undefined) merged.set(key, value);
  }
  // Not by assignment: a member may be called "__proto__".
  return Object.fromEntries(merged) as T;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
