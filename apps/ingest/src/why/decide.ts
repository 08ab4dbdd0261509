import {
  decider,
  type ModerationGate,
  mentionsIn,
  type NotifyingEvent,
  type PlannedRecipient,
  planRecipient,
} from '@fanfare/core';
import { findMessage } from '@fanfare/ledger';
import { type AppBundle, countMembers, followersAmong, hasLeftThread, readGroupSize } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import type { Candidate } from './candidacy.ts';

/** What the fan-out would decide about one candidate at `now`, by the same functions; writes nothing. */
export async function decideOne(
  deps: IngestDeps,
  bundle: AppBundle,
  { event, recipient, rung, guid }: Candidate,
  now: number,
  moderation?: ModerationGate,
): Promise<PlannedRecipient> {
  const { appId, pushEnabled, settings } = bundle.app;
  const [groupTooLarge, inThread] = await Promise.all([
    isGroupTooLarge(deps, bundle, guid),
    followsThread(deps, appId, event, recipient.uid),
  ]);
  const decide = decider(event, {
    pushEnabled,
    groupTooLarge,
    settings,
    now,
    moderation: moderation?.kind === 'closed' ? moderation.reason : undefined,
  });
  return planRecipient(
    event,
    { ...recipient, rung },
    decide({ ...recipient, inThread, rang: rung !== undefined }),
    bundle,
  );
}

async function isGroupTooLarge(
  { registry }: IngestDeps,
  { app: { appId, settings } }: AppBundle,
  guid: string | undefined,
): Promise<boolean> {
  const { maxGroupSize, membership } = settings;
  if (maxGroupSize === undefined || guid === undefined) return false;
  return ((await (membership ? readGroupSize : countMembers)(registry, appId, guid)) ?? 0) > maxGroupSize;
}

/**
 * Whether a person follows the thread that a reply is in, or will as soon as it is posted: mentioned, or its author,
 * unless they have left it.
 */
async function followsThread(
  { registry, queueRedis }: IngestDeps,
  appId: string,
  event: NotifyingEvent,
  uid: string,
): Promise<boolean> {
  if (event.type !== 'message.sent' || event.message.parentId === undefined) return false;
  if (mentionsIn(event.message).uids.has(uid)) return true;
  const { parentId } = event.message;
  const [followers, parent] = await Promise.all([
    followersAmong(registry, appId, parentId, [uid]),
    findMessage(queueRedis, appId, parentId),
  ]);
  if (followers.has(uid)) return true;
  return parent?.author === uid && !(await hasLeftThread(registry, appId, parentId, uid));
}
