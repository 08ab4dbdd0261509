import type { AudienceSource, Page } from './source.ts';

/** Nobody: what only changes what we know. */
export const NOBODY: AudienceSource = { page: async (cursor) => ({ uids: [], cursor, last: true }) };

/** People whom the event names, sorted; the cursor is the uid a page ended with. */
export const peopleSource = (sorted: readonly string[], size: number): AudienceSource => ({
  page: async (cursor) => pageOf(sorted, cursor, size),
});

function pageOf(sorted: readonly string[], cursor: string, size: number): Page {
  const from = cursor === '' ? 0 : sorted.findIndex((uid) => uid > cursor);
  if (from === -1) return { uids: [], cursor, last: true };
  const uids = sorted.slice(from, from + size);
  return { uids, cursor: uids.at(-1) ?? cursor, last: from + size >= sorted.length };
}
