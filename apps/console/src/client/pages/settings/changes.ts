import type { SettingsPatch } from '../../api/settings-types.ts';

/** One changed value. */
export interface Change {
  path: readonly string[];
  before: unknown;
  /** Undefined: back to the default. */
  after: unknown;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects that the API replaces, instead of merging them. */
const REPLACED = new Set(['membership', 'preferences.push.customJson']);

/** The values in which two settings differ, in the order of the first. */
export function changesOf(before: unknown, after: unknown, path: readonly string[] = []): Change[] {
  if (REPLACED.has(path.join('.'))) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
  }
  if (isObject(before) || isObject(after)) {
    const [old, changed] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
    const names = [...new Set([...Object.keys(old), ...Object.keys(changed)])];
    return names.flatMap((name) => changesOf(old[name], changed[name], [...path, name]));
  }
  return before === after ? [] : [{ path, before, after }];
}

/** The body of the PATCH that makes these changes; what is back to its default is null. */
export function patchOf(changes: readonly Change[]): SettingsPatch {
  const patch: SettingsPatch = {};
  for (const { path, after } of changes) {
    let at = patch;
    for (const name of path.slice(0, -1)) {
      at[name] ??= {};
      at = at[name] as SettingsPatch;
    }
    at[path.at(-1) as string] = (after ?? null) as SettingsPatch[string];
  }
  return patch;
}

/** A copy with one value set, or removed if it is undefined. */
export function withValue<T>(settings: T, [name, ...rest]: readonly string[], value: unknown): T {
  if (name === undefined) return value as T;
  const copy = { ...(settings as Json) };
  const inside = withValue(copy[name] ?? {}, rest, value);
  if (inside === undefined) delete copy[name];
  else copy[name] = inside;
  return copy as T;
}

/** The value at a path; undefined if there is none. */
export const valueAt = (settings: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), settings);
