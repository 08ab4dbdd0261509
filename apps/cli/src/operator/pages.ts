import type { Page, PageOptions } from '@fanfare/client';

/** The API's largest page. */
const LARGEST = 1000;

/** The first `limit` items of a list, over as many pages as it takes. */
export async function collect<T>(read: (page: PageOptions) => Promise<Page<T>>, limit = Infinity): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const size = Math.min(limit - items.length, LARGEST);
    const { data, meta } = await read({ limit: size, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...data);
    cursor = meta.cursor;
  } while (cursor !== undefined && items.length < limit);
  return items;
}
