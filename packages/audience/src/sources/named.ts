import { type AudienceSource, absent, type Page } from '../source.ts';

/** The source of an event without recipients, or whose recipients cannot be known. */
export const emptySource = (absence: 'notifies_nobody' | 'original_unknown'): AudienceSource => ({
  page: async (_walk, cursor) => ({ kind: 'page', uids: [], cursor, last: true }),
  standing: async () => absent(absence),
});

/** The users an event names, sorted; the cursor is the uid that a page ended with. */
export const namedSource = (sorted: readonly string[]): AudienceSource => ({
  page: async ({ sliceSize }, cursor) => pageOf(sorted, cursor, sliceSize),
  standing: async (uid) => (sorted.includes(uid) ? { kind: 'member' } : absent('not_a_member')),
});

function pageOf(sorted: readonly string[], cursor: string, size: number): Page {
  const from = cursor === '' ? 0 : sorted.findIndex((uid) => uid > cursor);
  if (from === -1) return { kind: 'page', uids: [], cursor, last: true };
  const uids = sorted.slice(from, from + size);
  return { kind: 'page', uids, cursor: uids.at(-1) ?? cursor, last: from + size >= sorted.length };
}
