import { type BlockEvent, type Event, type GroupActionEvent, hasMembers, isGroupAction } from '@fanfare/core';
import { dedupSuffix } from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';

/**
 * Adds a suffix to the id of an event that has none in CometChat. A user who joins, leaves and joins again may cause
 * two identical webhooks, as does a retry after a missing answer (after 10 and 30 s,
 * docs/rules/cometchat.md#occasions). Identical content within a minute is a repeat and gets the same id, unless the
 * action was undone in between.
 */
export async function withDedupSuffix({ queueRedis, now }: IngestDeps, appId: string, event: Event): Promise<Event> {
  if (!hasMembers(event)) return event;
  const action = { subject: subjectOf(event), uids: event.members.map(({ uid }) => uid), words: event.id };
  return { ...event, id: `${event.id}:${await dedupSuffix(queueRedis, appId, action, now().toString(36))}` };
}

/** Actions that undo each other share a subject: membership of a group, scopes in it, blocks by a user. */
function subjectOf(event: GroupActionEvent | BlockEvent): string {
  if (!isGroupAction(event)) return `blocks:${event.sender.uid}`;
  return `${event.type === 'group.member_scope_changed' ? 'scopes' : 'members'}:${event.conversation.id}`;
}
