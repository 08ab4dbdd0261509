import { pageMembers } from '@fanfare/store';
import type { FanoutDeps } from '../deps.ts';
import type { AudienceSource } from './source.ts';

/** The members of a group as we keep them, in the order of their uids: the cursor is the uid a page ended with. */
export const membersSource = (
  { registry, sliceSize }: Pick<FanoutDeps, 'registry' | 'sliceSize'>,
  appId: string,
  guid: string,
): AudienceSource => ({
  group: guid,
  page: async (cursor) => {
    const uids = await pageMembers(registry, appId, guid, cursor, sliceSize);
    return { uids, cursor: uids.at(-1) ?? cursor, last: uids.length < sliceSize };
  },
});
