import { type AppSettings, conversationOf, type Event, FanfareError, membershipChange } from '@fanfare/core';
import { type App, withoutGroup } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import type { Offer } from './offer.ts';
import { admitUsers, checkRoom } from './quotas.ts';

/**
 * Rejects the events that would take the app past a quota, and returns the other offers unchanged. Joins create members
 * and groups; a block creates a record for the blocker.
 */
export async function withinQuotas(
  deps: IngestDeps,
  { appId, settings }: App,
  offers: readonly Offer[],
): Promise<Offer[]> {
  const growths = offers.map(({ parsed }) => (parsed.ok ? growthBy(parsed.event, settings) : undefined));
  const all = growths.filter((growth) => growth !== undefined);
  if (all.length === 0) return [...offers];
  try {
    const guids = await withoutGroup(deps.registry, appId, [...new Set(all.flatMap(({ guid }) => guid ?? []))]);
    await checkRoom(deps, appId, { groups: guids.length, members: all.reduce((sum, { members }) => sum + members, 0) });
    await admitUsers(
      deps,
      appId,
      all.flatMap(({ blocker }) => blocker ?? []),
    );
    return [...offers];
  } catch (error) {
    if (!(error instanceof FanfareError)) throw error;
    return offers.map((offer, i) => (growths[i] ? { ...offer, parsed: { ok: false, error } } : offer));
  }
}

/** What an event adds to the registry; undefined if nothing. */
function growthBy(
  event: Event,
  { membership }: AppSettings,
): { guid?: string; members: number; blocker?: string } | undefined {
  if (event.type === 'user.blocked') return { members: 0, blocker: event.sender.uid };
  const { add } = membershipChange(event);
  const guid = conversationOf(event)?.id;
  // If the chat backend keeps the list of members, none are stored here.
  return add.length > 0 && guid !== undefined && !membership ? { guid, members: add.length } : undefined;
}
