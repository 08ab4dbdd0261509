import {
  type AcceptedEvent,
  audienceOf,
  type CallEvent,
  DEFAULT_SETTINGS,
  type EventRef,
  isCall,
  isNotifying,
  type NotifyingEvent,
} from '@fanfare/core';
import { originalOf, readEvent } from '@fanfare/ledger';
import { type AppBundle, countMembers, countReactionFollowers } from '@fanfare/store';
import type { FanoutDeps } from '../deps.ts';
import { membersSource, stillMembers } from './members.ts';
import { reachedSource } from './original.ts';
import { partiesSource } from './parties.ts';
import { NOBODY, peopleSource } from './people.ts';
import { pulledSource, unreadableSource } from './pulled.ts';
import { authorSource, reactionSource } from './reaction.ts';
import type { AudienceSource } from './source.ts';

/**
 * The source of an event's audience: people it names, a group's members, or who was sent what it changes. `first`:
 * nobody has looked for it before.
 */
export async function chooseSource(
  deps: FanoutDeps,
  accepted: AcceptedEvent,
  app: AppBundle | undefined,
  first: boolean,
): Promise<AudienceSource> {
  const { appId, event } = accepted;
  const audience = audienceOf(event, app?.app.settings ?? DEFAULT_SETTINGS);
  if (audience.kind === 'none' || !isNotifying(event)) return NOBODY;
  const original = await originalOf(deps.queueRedis, appId, event);
  if (original === 'unknown') return NOBODY;
  const membership = membershipOf(app);
  if (original) {
    const reached = reachedSource(deps, original, accepted, first);
    return (await isForMembers(deps, original, membership)) ? stillMembers(deps, accepted, reached) : reached;
  }
  if (audience.kind === 'people') {
    const named = peopleSource(audience.uids, deps.sliceSize);
    return isLaterState(event) ? partiesSource(deps.queueRedis, accepted, event, named) : named;
  }
  const { guid } = audience;
  if (audience.kind === 'reaction') {
    const followers = await countReactionFollowers(deps.registry, appId);
    if (membership && followers === 0) return authorSource(deps, audience);
    if (!membership && followers < (await countMembers(deps.registry, appId, guid))) {
      return reactionSource(deps, appId, audience);
    }
  }
  if (membership === 'unreadable') return unreadableSource(deps, accepted, guid);
  return membership ? pulledSource(deps, accepted, { ...membership, guid }) : membersSource(deps, appId, guid);
}

const isLaterState = (event: NotifyingEvent): event is CallEvent => isCall(event) && event.type !== 'call.initiated';

/** Whether an event went to the members of a group as we keep them, not to people it named or the backend told. */
async function isForMembers({ queueRedis }: FanoutDeps, original: EventRef, pulled: unknown): Promise<boolean> {
  return !pulled && (await readEvent(queueRedis, original))?.event.recipients === undefined;
}

/** A secret that was sealed with a master key this process does not have waits for the operator to give it. */
function membershipOf(app: AppBundle | undefined): AppBundle['membership'] | 'unreadable' {
  try {
    return app?.membership;
  } catch {
    return 'unreadable';
  }
}
