import type { AcceptedEvent } from '@fanfare/core';
import { membersAmong, pageMembers } from '@fanfare/store';
import type { FanoutDeps } from '../deps.ts';
import type { AudienceSource } from './source.ts';

/** No uid: the place in a list that was pulled, before the app went over to ours. */
const OTHER_CURSOR = /[^A-Za-z0-9_-]/;

/**
 * The members of a group as we keep them, in the order of their uids: the cursor is the uid a page ended with. An event
 * that began with a list pulled from the chat backend ends here: who was told already cannot be known.
 */
export const membersSource = (
  { registry, sliceSize }: Pick<FanoutDeps, 'registry' | 'sliceSize'>,
  appId: string,
  guid: string,
): AudienceSource => ({
  group: guid,
  page: async (cursor) => {
    if (OTHER_CURSOR.test(cursor)) return { uids: [], cursor, last: true };
    const uids = await pageMembers(registry, appId, guid, cursor, sliceSize);
    return { uids, cursor: uids.at(-1) ?? cursor, last: uids.length < sliceSize };
  },
});

/**
 * The people of a source without those who have left the group since, where the event would show them something new: an
 * edited message. What is taken back is taken back from them as well.
 */
export function stillMembers(
  { registry }: Pick<FanoutDeps, 'registry'>,
  { appId, event }: AcceptedEvent,
  source: AudienceSource,
): AudienceSource {
  if (event.type !== 'message.edited' || event.conversation.type !== 'group') return source;
  const guid = event.conversation.id;
  return {
    ...source,
    page: async (cursor) => {
      const page = await source.page(cursor);
      return 'retryInMs' in page ? page : { ...page, uids: await membersAmong(registry, appId, guid, page.uids) };
    },
  };
}
