import {
  type AcceptedEvent,
  type Audience,
  audienceOf,
  DEFAULT_SETTINGS,
  type EventRef,
  followsRing,
  isNotifying,
} from '@fanfare/core';
import { originalOf, readEvent } from '@fanfare/ledger';
import { type AppBundle, countMembers, countReactionFollowers } from '@fanfare/store';
import { APPLIED, type Pending } from './effects.ts';
import type { AudienceDeps, AudienceSource } from './source.ts';
import { callParticipantsSource } from './sources/call-participants.ts';
import { membersSource, stillMembers } from './sources/members.ts';
import { emptySource, namedSource } from './sources/named.ts';
import { pulledSource, unreadableSource } from './sources/pulled.ts';
import { reachedSource } from './sources/reached.ts';
import { authorSource, reactionSource } from './sources/reaction.ts';

/**
 * The source of an event's audience: the users it names, a group's members, or the recipients of its original.
 * `pending`: changes the event makes that are not applied yet, in a dry run.
 */
export async function chooseSource(
  deps: AudienceDeps,
  accepted: AcceptedEvent,
  app: AppBundle | undefined,
  pending: Pending = APPLIED,
): Promise<AudienceSource> {
  const { queueRedis, registry } = deps;
  const { appId, event } = accepted;
  const audience = audienceOf(event, app?.app.settings ?? DEFAULT_SETTINGS);
  if (audience.kind === 'none' || !isNotifying(event)) return emptySource('notifies_nobody');
  const original = await originalOf(queueRedis, appId, event);
  if (original === 'unknown') return emptySource('original_unknown');
  const membership = membershipOf(app);
  if (original) {
    const reached = reachedSource(queueRedis, original, accepted);
    return (await wasForMembers(deps, original, membership)) ? stillMembers(registry, appId, event, reached) : reached;
  }
  const source = await newsSource(deps, accepted, audience, membership, pending);
  return followsRing(event) ? callParticipantsSource(queueRedis, accepted, event, source) : source;
}

/** The source of an event without an original. */
async function newsSource(
  { registry }: AudienceDeps,
  accepted: AcceptedEvent,
  audience: Exclude<Audience, { kind: 'none' }>,
  membership: ReturnType<typeof membershipOf>,
  pending: Pending,
): Promise<AudienceSource> {
  const { appId } = accepted;
  if (audience.kind === 'users') return namedSource(audience.uids);
  const { guid } = audience;
  if (audience.kind === 'reaction') {
    const followers = await countReactionFollowers(registry, appId);
    if (membership && followers === 0) return authorSource(audience);
    if (!membership && followers < (await countMembers(registry, appId, guid))) {
      return reactionSource(registry, appId, audience);
    }
  }
  if (membership === 'unreadable') return unreadableSource(accepted, guid);
  return membership
    ? pulledSource(accepted, { ...membership, guid })
    : membersSource(registry, appId, guid, pending.members);
}

/** Whether an event went to the members of a group in our lists, not to users it named or the backend listed. */
async function wasForMembers({ queueRedis }: AudienceDeps, original: EventRef, pulled: unknown): Promise<boolean> {
  return !pulled && (await readEvent(queueRedis, original))?.event.recipients === undefined;
}

/** A secret encrypted with a master key this process lacks waits for the operator to supply it. */
function membershipOf(app: AppBundle | undefined): AppBundle['membership'] | 'unreadable' {
  try {
    return app?.membership;
  } catch {
    return 'unreadable';
  }
}
