import { type AcceptedEvent, audienceOf, DEFAULT_SETTINGS } from '@fanfare/core';
import type { AppBundle } from '@fanfare/store';
import type { FanoutDeps } from '../deps.ts';
import { membersSource } from './members.ts';
import { originalOf, reachedSource } from './original.ts';
import { NOBODY, peopleSource } from './people.ts';
import { pulledSource, unreadableSource } from './pulled.ts';
import { hasReactionFollowers, reactionSource } from './reaction.ts';
import type { AudienceSource } from './source.ts';

/** The source of an event's audience: people it names, a group's members, or who was sent what it changes. */
export async function chooseSource(
  deps: FanoutDeps,
  accepted: AcceptedEvent,
  app: AppBundle | undefined,
): Promise<AudienceSource> {
  const { appId, event } = accepted;
  const audience = audienceOf(event, app?.app.settings ?? DEFAULT_SETTINGS);
  if (audience.kind === 'none') return NOBODY;
  const original = await originalOf(deps.queueRedis, accepted);
  if (original === 'unknown') return NOBODY;
  if (original) return reachedSource(deps.queueRedis, original, accepted);
  if (audience.kind === 'people') return peopleSource(audience.uids, deps.sliceSize);
  const { guid } = audience;
  const membership = membershipOf(app);
  if (audience.kind === 'reaction') {
    const { author } = audience;
    const named = author === undefined ? NOBODY : peopleSource([author], deps.sliceSize);
    if (!(await hasReactionFollowers(deps, appId))) return named;
    if (!membership) return reactionSource(deps, appId, audience);
  }
  if (membership === 'unreadable') return unreadableSource(deps, accepted, guid);
  return membership ? pulledSource(deps, accepted, { ...membership, guid }) : membersSource(deps, appId, guid);
}

/** A secret that was sealed with a master key this process does not have waits for the operator to give it. */
function membershipOf(app: AppBundle | undefined): AppBundle['membership'] | 'unreadable' {
  try {
    return app?.membership;
  } catch {
    return 'unreadable';
  }
}
