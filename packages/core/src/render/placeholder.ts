import { shorten } from '../text/graphemes.ts';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const INDEX = /^\d+$/;

/** A template with its values. */
export interface Substituted {
  text: string;
  /** Whether it was longer than the limit. */
  isShortened: boolean;
}

/**
 * Replaces each `{{path}}` with its value: dots select members of `root` and, by number, list entries. Values are data:
 * a placeholder inside one is not expanded. Returns undefined if a placeholder has no value (a non-empty text, a number
 * or a boolean). Output is at most `limit` UTF-16 units; longer text is cut and ends in "…".
 */
export function substitute(template: string, root: object, limit: number): Substituted | undefined {
  let complete = true;
  const text = template.replace(PLACEHOLDER, (_match, path: string) => {
    const value = valueAt(root, path.trim());
    complete &&= value !== undefined;
    // Many placeholders for a long text must not add up; anything over the limit is cut below.
    return value?.slice(0, limit + 1) ?? '';
  });
  return complete ? { text: shorten(text, limit), isShortened: text.length > limit } : undefined;
}

function valueAt(root: object, path: string): string | undefined {
  let value: unknown = root;
  for (const name of path.split('.')) value = member(value, name);
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** Own properties only: a path may say "constructor". */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  if (Array.isArray(value) && !INDEX.test(name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
