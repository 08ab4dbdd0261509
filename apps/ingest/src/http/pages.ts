import { z } from 'zod';
import { PageCursor, PageLimit } from './fields.ts';

/** Which page of a list: how many entries, and where it goes on, as the page before handed it out. */
export const PageQuery = z.object({
  limit: PageLimit.describe('How many entries a page holds.'),
  cursor: PageCursor.describe('The `meta.cursor` of the page before; none: the first page.'),
});
type PageQuery = z.infer<typeof PageQuery>;

/** Beside the entries of a page. */
const PageMeta = z.object({
  cursor: z.string().optional().describe('Hand it back for the next page; absent at the end.'),
});

/** An answer with a page of these. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), meta: PageMeta });

/**
 * The page of a list that is all in hand, in the order of the keys, which are its cursors: entries that come and go
 * between two pages shift nothing.
 */
export function pageFrom<T>(all: readonly T[], keyOf: (item: T) => string, { limit, cursor }: PageQuery) {
  const rest = all
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => cursor === undefined || key > cursor)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    meta: last && rest.length > limit ? { cursor: last.key } : {},
  };
}

/** A key that sorts by time, for things whose ids do not. */
export const keyByTime = (createdAt: number, id: string): string => `${String(createdAt).padStart(15, '0')}.${id}`;
