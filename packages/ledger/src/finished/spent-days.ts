import { dayOf } from '../buckets/bucket.ts';
import type { BucketDay } from '../buckets/bucket-days.ts';
import { CLAIM_MS } from '../event/claim.ts';
import type { KeptList } from './kept.ts';

/** Kinds whose events are found by ids and references. Replays need neither, and calls are remembered elsewhere. */
const FOUND_BY_ID = new Set<KeptList['kind']>(['bulk', 'old', 'chat']);

/**
 * Which buckets may leave while memory is short, of those given and in their order: of days whose claims have all
 * ended, and from which the app keeps no finished message. The caller checks that none is open (`oldestOpen`). An event
 * that finished out of order, such as one held over night, may lose its reference before its record leaves.
 */
export function spentDays(days: readonly BucketDay[], kept: readonly KeptList[], now: number): BucketDay[] {
  const oldest = new Map<string, number>();
  for (const list of kept) {
    if (FOUND_BY_ID.has(list.kind)) {
      oldest.set(list.appId, Math.min(list.oldest, oldest.get(list.appId) ?? Number.POSITIVE_INFINITY));
    }
  }
  return days.filter(({ appId, day }) => day < dayOf(Math.min(now - CLAIM_MS, oldest.get(appId) ?? now)));
}
