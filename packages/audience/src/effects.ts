import { type Event, membershipChange, mentionsIn } from '@fanfare/core';
import { findMessage } from '@fanfare/ledger';
import { hasLeftThread } from '@fanfare/store';
import type { AudienceDeps } from './source.ts';

/** The changes of an event to the registry, which its own audience and decisions then see. */
export interface Pending {
  /** Users who become members of its group. */
  members: ReadonlySet<string>;
  /** Users who become followers of its thread. */
  followers: ReadonlySet<string>;
}

const NO_USERS: ReadonlySet<string> = new Set();

/** For an event whose changes have been applied. */
export const APPLIED: Pending = { members: NO_USERS, followers: NO_USERS };

/** For an event in a dry run. */
export const pendingOf = async (deps: AudienceDeps, appId: string, event: Event): Promise<Pending> => ({
  members: new Set(membershipChange(event).add),
  followers: new Set((await threadFollowers(deps, appId, event))?.uids),
});

/**
 * The users who follow a thread after a reply: its sender, the users it mentions, and the author of the thread's first
 * message unless they have left it (docs/rules/decision.md#threads). Undefined: the event is not a reply.
 */
export async function threadFollowers(
  { registry, queueRedis }: AudienceDeps,
  appId: string,
  event: Event,
): Promise<{ threadId: string; uids: string[] } | undefined> {
  if (event.type !== 'message.sent' || event.message.parentId === undefined) return undefined;
  const threadId = event.message.parentId;
  const followers = new Set([event.sender.uid, ...mentionsIn(event.message).uids]);
  const author = (await findMessage(queueRedis, appId, threadId))?.author;
  if (author !== undefined && !(await hasLeftThread(registry, appId, threadId, author))) followers.add(author);
  return { threadId, uids: [...followers] };
}
