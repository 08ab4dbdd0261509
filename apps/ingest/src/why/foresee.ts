import {
  type Absence,
  APPLIED,
  type Candidate,
  candidateStanding,
  chooseSource,
  decideAll,
  foreseeRingEnd,
  foreseeUnread,
  moderationOf,
  type Pending,
} from '@fanfare/audience';
import { type AcceptedEvent, isNotifying, type ModerationDecision, type PlannedRecipient } from '@fanfare/core';
import type { AppBundle } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** What fan-out would plan for one user if it ran now, or why the user is not a recipient. */
export type Foreseen =
  | { kind: 'absent'; absence: Absence }
  /** `assumed`: only the chat backend knows whether the user is a member. The event may have to wait for moderation. */
  | {
      kind: 'planned';
      planned: PlannedRecipient;
      candidate: Candidate;
      assumed: boolean;
      moderation: ModerationDecision;
    };

/**
 * Runs audience and decision for one user, where fan-out does it for all. Only reads. `pending`: changes the event
 * would make itself if it were accepted.
 */
export async function foresee(
  deps: IngestDeps,
  app: AppBundle,
  accepted: AcceptedEvent,
  uid: string,
  pending: Pending = APPLIED,
): Promise<Foreseen> {
  const { event, appId } = accepted;
  if (!isNotifying(event)) return { kind: 'absent', absence: 'notifies_nobody' };
  const source = await chooseSource(deps, accepted, app, pending);
  const standing = await candidateStanding(deps, { appId, event }, source, uid);
  if (standing.kind === 'absent') return standing;
  const { candidate, assumed } = standing;
  const now = deps.now();
  const moderation = await moderationOf(deps, accepted, app.app, now >= accepted.leaveBy);
  const unread = (uids: readonly string[]) => foreseeUnread(deps.registry, { appId, event, moderation }, uids);
  const ringEnds = () => foreseeRingEnd(deps.queueRedis, { appId, key: accepted.key, event, now }, uid);
  const deciding = { event, app, source, moderation, now, unread, ringEnds, pending };
  const [planned] = await decideAll(deps, deciding, [candidate]);
  return { kind: 'planned', planned: planned as PlannedRecipient, candidate, assumed, moderation };
}
