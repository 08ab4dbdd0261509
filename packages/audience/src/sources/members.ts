import type { Event } from '@fanfare/core';
import { membersAmong, pageMembers } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { type AudienceSource, absent, type Standing } from '../source.ts';

/** Not a uid: a position in a pulled list, from before the app switched to our lists. */
const OTHER_CURSOR = /[^A-Za-z0-9_-]/;

/**
 * The members of a group in our lists, in the order of their uids: the cursor is the uid a page ended with. An event
 * that started with a list pulled from the chat backend ends here, since it is unknown who was already notified.
 */
export const membersSource = (
  registry: Redis,
  appId: string,
  guid: string,
  joining: ReadonlySet<string>,
): AudienceSource => ({
  group: guid,
  page: async ({ sliceSize }, cursor) => {
    if (OTHER_CURSOR.test(cursor)) return { kind: 'page', uids: [], cursor, last: true };
    const uids = await pageMembers(registry, appId, guid, cursor, sliceSize);
    return { kind: 'page', uids, cursor: uids.at(-1) ?? cursor, last: uids.length < sliceSize };
  },
  standing: (uid) => memberStanding(registry, appId, guid, uid, joining),
});

/**
 * Limits a source to users still in the group, if the event shows something new: an edited message. Deletions go to
 * former members as well.
 */
export function stillMembers(registry: Redis, appId: string, event: Event, source: AudienceSource): AudienceSource {
  if (event.type !== 'message.edited' || event.conversation.type !== 'group') return source;
  const guid = event.conversation.id;
  return {
    ...source,
    page: async (walk, cursor) => {
      const page = await source.page(walk, cursor);
      if (page.kind === 'later') return page;
      return { ...page, uids: await membersAmong(registry, appId, guid, page.uids) };
    },
    standing: async (uid) => {
      const standing = await source.standing(uid);
      if (standing.kind === 'absent') return standing;
      const member = await memberStanding(registry, appId, guid, uid);
      return member.kind === 'absent' ? member : standing;
    },
  };
}

/** Whether a user is a member of a group now; `joining` become members when the event is applied. */
export async function memberStanding(
  registry: Redis,
  appId: string,
  guid: string,
  uid: string,
  joining: ReadonlySet<string> = new Set(),
): Promise<Standing> {
  if (joining.has(uid)) return { kind: 'member' };
  const [member] = await membersAmong(registry, appId, guid, [uid]);
  return member === undefined ? absent('not_a_member') : { kind: 'member' };
}
