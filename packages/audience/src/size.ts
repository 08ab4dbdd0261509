import type { Audience } from '@fanfare/core';
import { type App, countMembers, readGroupSize } from '@fanfare/store';
import type { Redis } from 'ioredis';

/** The number of members of a group; for pulled ones, as of the last walk. 0 if unknown. */
export const groupSize = async (registry: Redis, { appId, settings }: App, guid: string): Promise<number> =>
  (await (settings.membership ? readGroupSize : countMembers)(registry, appId, guid)) ?? 0;

/** The approximate size of an audience: it decides the lane. For a reaction only few users are checked. */
export function audienceSize(audience: Audience, sizeOf: (guid: string) => number): number {
  if (audience.kind === 'users') return audience.uids.length;
  return audience.kind === 'group' ? sizeOf(audience.guid) : 0;
}
