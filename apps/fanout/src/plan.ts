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
import { type Cursor, type PlannedSlice, planSlice } from '@fanfare/ledger';
import type { AppBundle } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';

/** An event in hand and where it stands. */
export interface EventInHand {
  shard: number;
  accepted: AcceptedEvent;
  /** Undefined when the app has been deleted: no user is notified. */
  app: AppBundle | undefined;
  source: AudienceSource;
  /** It does not wait for moderation. */
  moderation: Exclude<ModerationDecision, { kind: 'wait' }>;
  /** No worker has walked this event before. */
  isFirst: boolean;
}

/**
 * The plan that stands for the next slice: ours, or (`mine` false) the one that a worker before us wrote and did not get
 * to the end of.
 */
export interface Planned {
  kind: 'planned';
  slice: PlannedSlice;
  mine: boolean;
}

/** Decides for the next slice of recipients and writes the plan down; or the audience is not there yet. */
export async function plan(deps: FanoutDeps, inHand: EventInHand, cursor: Cursor): Promise<Planned | Later> {
  const { shard, accepted, source, isFirst } = inHand;
  const page = await nextCandidates(deps, accepted, source, { ...deps, isFirst }, cursor.cursor);
  if (page.kind === 'later' && deps.now() < accepted.leaveBy) return page;
  // An audience that did not come while the event was fresh is no longer of use.
  const { candidates, ...end } = page.kind === 'later' ? { candidates: [], cursor: cursor.cursor, last: true } : page;
  const slice: PlannedSlice = {
    first: cursor.next,
    cursor: end.cursor,
    last: end.last,
    recipients: await decide(deps, inHand, candidates),
  };
  const stands = await planSlice(deps.queueRedis, { shard, key: accepted.key }, accepted.appId, cursor.slice, slice);
  return { kind: 'planned', ...stands };
}

async function decide(
  deps: FanoutDeps,
  { accepted, app, source, moderation }: EventInHand,
  candidates: readonly Candidate[],
): Promise<PlannedRecipient[]> {
  const { event } = accepted;
  // An event that notifies no user has no candidates; the check tells the compiler.
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
