import {
  type AudienceSource,
  type Candidate,
  claimRingEnds,
  countUnreadBy,
  decideAll,
  type Later,
  nextCandidates,
} from '@fanfare/audience';
import { type AcceptedEvent, isNotifying, type ModerationDecision, type PlannedRecipient } from '@fanfare/core';
import type { Cursor, PlannedSlice } from '@fanfare/ledger';
import type { AppBundle } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';

/** An event in progress and its position. */
export interface EventInHand {
  shard: number;
  accepted: AcceptedEvent;
  /** Undefined if the app has been deleted; no one is notified then. */
  app: AppBundle | undefined;
  source: AudienceSource;
  /** Never `wait`: an event that waits for moderation is not expanded. */
  moderation: Exclude<ModerationDecision, { kind: 'wait' }>;
  /** Whether no worker has expanded this event before. */
  isFirst: boolean;
}

/** The next slice, decided and not stored. */
export interface Decided {
  kind: 'decided';
  slice: PlannedSlice;
}

/** Decides for the next slice of recipients, unless the audience is not available yet. */
export async function decideSlice(deps: FanoutDeps, inHand: EventInHand, cursor: Cursor): Promise<Decided | Later> {
  const { accepted, source, isFirst } = inHand;
  const page = await nextCandidates(deps, accepted, source, { ...deps, isFirst }, cursor.cursor);
  if (page.kind === 'later' && deps.now() < accepted.leaveBy) return page;
  // Past the deadline the audience is no longer needed.
  const { candidates, ...end } = page.kind === 'later' ? { candidates: [], cursor: cursor.cursor, last: true } : page;
  const slice: PlannedSlice = {
    first: cursor.next,
    cursor: end.cursor,
    last: end.last,
    recipients: await decide(deps, inHand, candidates),
    packSize: deps.packSizes[accepted.lane],
  };
  return { kind: 'decided', slice };
}

async function decide(
  deps: FanoutDeps,
  { accepted, app, source, moderation }: EventInHand,
  candidates: readonly Candidate[],
): Promise<PlannedRecipient[]> {
  const { event } = accepted;
  // An event that notifies no one has no candidates; the check is for the compiler.
  if (!app || !isNotifying(event)) {
    return candidates.map(({ uid }) => ({ kind: 'suppress', uid, reason: 'PUSH_DISABLED' }));
  }
  const { appId, key } = accepted;
  const counting = { appId, key, event, source, moderation };
  const unread = (uids: readonly string[]) => countUnreadBy(deps.registry, counting, uids);
  const now = deps.now();
  const ringEnds = (uids: readonly string[]) => claimRingEnds(deps.queueRedis, { appId, key, event, now }, uids);
  return decideAll(deps, { event, app, source, moderation, now, unread, ringEnds }, candidates);
}
