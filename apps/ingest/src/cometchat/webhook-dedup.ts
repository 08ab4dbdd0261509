import { type BlockEvent, type Event, type GroupActionEvent, hasMembers, isGroupAction } from '@fanfare/core';
import { dedupSuffix } from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';

/**
 * The event with the occasion in its id, where CometChat gives it none: somebody who joins, leaves and joins again may be
 * told in the same words both times, and so may a webhook that is posted again because nobody answered (10 and 30 s
 * later, docs/rules/cometchat.md#occasions). The same words within a minute are a repeat, and get the id that they had,
 * unless something else was done to the same person in the group meanwhile (of a block: unblocked by the same person);
 * all else is new.
 */
export async function withDedupSuffix({ queueRedis, now }: IngestDeps, appId: string, event: Event): Promise<Event> {
  if (!hasMembers(event)) return event;
  const deed = { subject: subjectOf(event), uids: event.members.map(({ uid }) => uid), words: event.id };
  return { ...event, id: `${event.id}:${await dedupSuffix(queueRedis, appId, deed, now().toString(36))}` };
}

/** What undoes each other has the same: coming and going in a group, changes of scope there, blocks by a person. */
function subjectOf(event: GroupActionEvent | BlockEvent): string {
  if (!isGroupAction(event)) return `blocks:${event.sender.uid}`;
  return `${event.type === 'group.member_scope_changed' ? 'scopes' : 'members'}:${event.conversation.id}`;
}
