import type { Audience } from '@fanfare/core';
import { type App, countMembers, readGroupSize } from '@fanfare/store';
import type { Redis } from 'ioredis';

/** How many members a group has; where they are pulled, had when it was last walked. 0 where that is unknown. */
export const groupSize = async (registry: Redis, { appId, settings }: App, guid: string): Promise<number> =>
  (await (settings.membership ? readGroupSize : countMembers)(registry, appId, guid)) ?? 0;

/** How many users an audience is, about: it decides the lane. For a reaction only few are looked at. */
export function audienceSize(audience: Audience, sizeOf: (guid: string) => number): number {
  if (audience.kind === 'users') return audience.uids.length;
  return audience.kind === 'group' ? sizeOf(audience.guid) : 0;
}
