import { z } from 'zod';
import { badField, PageCursor, PageLimit } from './fields.ts';

/** Selects a page of a list: its size, and the cursor from the previous page. */
export const PageQuery = z.object({
  limit: PageLimit.describe('Maximum number of entries in the page.'),
  cursor: PageCursor.describe('The `meta.cursor` of the previous page. Absent: the first page.'),
});
type PageQuery = z.infer<typeof PageQuery>;

/** The same on native paths, where an unknown parameter is an error; CometChat's clients send some of their own. */
export const StrictPageQuery = z.strictObject(PageQuery.shape);

/** The `meta` of a page. */
const PageMeta = z.object({
  cursor: z.string().optional().describe('Cursor of the next page; absent on the last page.'),
});

/** A response with a page of items. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), meta: PageMeta });

/**
 * Reads a page whose cursor the reader understands, or refuses with a RangeError.
 * @throws FanfareError if the cursor is invalid.
 */
export async function validCursor<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RangeError) throw badField('cursor', 'is invalid');
    throw error;
  }
}

/**
 * Takes a page from a complete list, ordered by key. Keys serve as cursors, so entries added or removed between two
 * requests do not shift the pages.
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

/** A key that sorts by time, for items whose ids do not. */
export const keyByTime = (createdAt: number, id: string): string => `${String(createdAt).padStart(15, '0')}.${id}`;
