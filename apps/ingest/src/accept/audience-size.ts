import type { Audience } from '@fanfare/core';
import { type App, countMembers, readGroupSize } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** How many members a group has; where they are pulled, had when it was last walked. 0 where nobody knows. */
export const groupSizeOf = async (
  { registry }: Pick<IngestDeps, 'registry'>,
  { appId, settings }: App,
  guid: string,
): Promise<number> => (await (settings.membership ? readGroupSize : countMembers)(registry, appId, guid)) ?? 0;

/** How many people an audience is, about: it decides the lane. Of a reaction only few are looked at. */
export function sizeOf(audience: Audience, groupSize: (guid: string) => number): number {
  if (audience.kind === 'people') return audience.uids.length;
  return audience.kind === 'group' ? groupSize(audience.guid) : 0;
}
