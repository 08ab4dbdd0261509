import {
  type DeadLetterFilter,
  type DeadLetterPage,
  findEvent,
  listDeadLetters,
  listLettersOfEvent,
} from '@fanfare/ledger';
import type { IngestDeps } from '../../deps.ts';

/** Which dead letters of an app: those of a provider, a reason, an event, or all. */
export interface LetterFilter extends DeadLetterFilter {
  eventId?: string | undefined;
}

/**
 * A page of an app's dead letters, newest first; of one event, in the order of its deliveries.
 * @throws RangeError if the cursor is invalid.
 */
export async function pageOfLetters(
  { queueRedis, shards, now }: Pick<IngestDeps, 'queueRedis' | 'shards' | 'now'>,
  appId: string,
  { filter: { eventId, ...filter }, ...page }: { filter: LetterFilter; cursor: string | undefined; limit: number },
): Promise<DeadLetterPage> {
  if (eventId === undefined) return listDeadLetters(queueRedis, appId, shards.all, { filter, ...page });
  const ref = await findEvent(queueRedis, appId, eventId, now());
  return ref ? listLettersOfEvent(queueRedis, appId, ref, { filter, ...page }) : { letters: [], looked: 0 };
}
