import { type AppSettings, conversationOf, type Event, FanfareError, membershipChange } from '@fanfare/core';
import { type App, withoutGroup } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import type { Offer } from './offer.ts';
import { admitUsers, checkRoom } from './quotas.ts';

/**
 * The offers, where those that would have the app grow past a quota are refused, and the others are not: joins make
 * members and groups, a block gives the blocker a record.
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

/** What an event adds to the registry; undefined for nothing. */
function growthBy(
  event: Event,
  { membership }: AppSettings,
): { guid?: string; members: number; blocker?: string } | undefined {
  if (event.type === 'user.blocked') return { members: 0, blocker: event.sender.uid };
  const { add } = membershipChange(event);
  const guid = conversationOf(event)?.id;
  // Members whom the chat backend lists itself are not kept.
  return add.length > 0 && guid !== undefined && !membership ? { guid, members: add.length } : undefined;
}
