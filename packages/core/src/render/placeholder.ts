import { shorten } from '../text/graphemes.ts';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const INDEX = /^\d+$/;

/**
 * Puts values in the place of `{{path}}`: dots go into members of `root` and, by number, into lists. Values are data, so
 * what looks like a placeholder in one stays as it is. Undefined when a placeholder has no value: no text that is not
 * empty, no number, no boolean. At most `limit` UTF-16 units come out; what is longer ends in "…".
 */
export function substitute(template: string, root: object, limit: number): string | undefined {
  let complete = true;
  const text = template.replace(PLACEHOLDER, (_whole, path: string) => {
    const value = valueAt(root, path.trim());
    complete &&= value !== undefined;
    // Many placeholders of a long text must not add up; what is over the limit is cut below.
    return value?.slice(0, limit + 1) ?? '';
  });
  return complete ? shorten(text, limit) : undefined;
}

function valueAt(root: object, path: string): string | undefined {
  let value: unknown = root;
  for (const name of path.split('.')) value = member(value, name);
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** Only what an object holds itself: a path may say "constructor". */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  if (Array.isArray(value) && !INDEX.test(name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
