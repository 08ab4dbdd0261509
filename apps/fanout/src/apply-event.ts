import { type AcceptedEvent, membershipChange } from '@fanfare/core';
import { addMembers, blockUsers, removeMembers, touchUsers, unblockUsers } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';

/**
 * What an event changes in the registry, before its audience is read: people named for the first time, members who
 * come and go, blocks. Done once: a crash in between may do it twice, a later turn must not.
 */
export async function applyEvent({ registry, now }: FanoutDeps, { appId, event }: AcceptedEvent): Promise<void> {
  const named = [event.sender.uid];
  if ('conversation' in event && event.conversation.type === 'user') named.push(event.conversation.id);
  await touchUsers(registry, appId, named, now());
  if (event.type === 'user.blocked' || event.type === 'user.unblocked') {
    const change = event.type === 'user.blocked' ? blockUsers : unblockUsers;
    await change(
      registry,
      appId,
      event.sender.uid,
      event.members.map((member) => member.uid),
    );
    return;
  }
  const { add, remove } = membershipChange(event);
  if (!('conversation' in event)) return;
  await addMembers(registry, appId, event.conversation.id, add, now());
  await removeMembers(registry, appId, event.conversation.id, remove);
}
