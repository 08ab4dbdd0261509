import { threadFollowers } from '@fanfare/audience';
import {
  type AcceptedEvent,
  conversationKeyOf,
  conversationOf,
  type Event,
  FanfareError,
  membershipChange,
  publicAppId,
} from '@fanfare/core';
import { findMessage } from '@fanfare/ledger';
import {
  addMembers,
  blockUsers,
  clearUnread,
  clearUnreadOf,
  removeMembers,
  subscribeToThread,
  unblockUsers,
} from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

/** Whether an event changes the registry. Most do not: messages that are no replies, calls, reactions. */
export function hasChanges(event: Event): boolean {
  switch (event.type) {
    case 'user.blocked':
    case 'user.unblocked':
    case 'message.read':
      return true;
    case 'message.sent':
      return event.message.parentId !== undefined;
    default: {
      const { add, remove } = membershipChange(event);
      return add.length + remove.length > 0;
    }
  }
}

/**
 * Applies an event to the registry before its audience is read: members, blocks, unread counts, thread followers. Runs
 * before the first slice, and again only if that turn fails before `markApplied`. `pulled`: the chat backend keeps the
 * list of members, so ours is not updated.
 */
export async function applyEvent(deps: FanoutDeps, accepted: AcceptedEvent, pulled: boolean): Promise<void> {
  const { appId, event } = accepted;
  switch (event.type) {
    case 'user.blocked':
    case 'user.unblocked':
      return applyBlock(deps, appId, event);
    case 'message.read':
      return applyRead(deps, appId, event);
    case 'message.sent':
      return followThread(deps, appId, event);
    default:
      return changeMembers(deps, appId, event, pulled);
  }
}

/** Only logs blocks beyond the limit, since the event has already been accepted. */
async function applyBlock(
  { registry, log }: FanoutDeps,
  appId: string,
  { id, type, sender, members }: Of<'user.blocked' | 'user.unblocked'>,
): Promise<void> {
  const uids = members.map((member) => member.uid);
  if (type === 'user.unblocked') return unblockUsers(registry, appId, sender.uid, uids);
  try {
    await blockUsers(registry, appId, sender.uid, uids);
  } catch (error) {
    if (!(error instanceof FanfareError)) throw error;
    log.warn({ appId: publicAppId(appId), eventId: id, reason: error.message }, 'block.refused');
  }
}

async function applyRead(
  { registry, queueRedis }: FanoutDeps,
  appId: string,
  { sender: { uid }, conversation, message }: Of<'message.read'>,
): Promise<void> {
  const eventKey = (await findMessage(queueRedis, appId, message.id))?.ref.key;
  await clearUnread(registry, appId, uid, { conversationId: conversationKeyOf(uid, conversation), eventKey });
}

async function followThread(deps: FanoutDeps, appId: string, event: Of<'message.sent'>): Promise<void> {
  const thread = await threadFollowers(deps, appId, event);
  if (thread) await subscribeToThread(deps.registry, appId, thread.threadId, thread.uids, deps.now());
}

/** Also clears the unread counts of former members, even if the chat backend keeps the list. */
async function changeMembers(
  { registry, now }: FanoutDeps,
  appId: string,
  event: Event,
  pulled: boolean,
): Promise<void> {
  const { add, remove } = membershipChange(event);
  const guid = conversationOf(event)?.id;
  if (guid === undefined) return;
  if (pulled) return clearUnreadOf(registry, appId, `group_${guid}`, remove);
  await addMembers(registry, appId, guid, add, now());
  await removeMembers(registry, appId, guid, remove);
}
