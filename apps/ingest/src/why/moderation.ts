import { type Event, isMessage, type ModerationGate, moderationGate, moderationStatus } from '@fanfare/core';
import { readVerdict } from '@fanfare/ledger';
import { type App, isModerating } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** What moderation does to an event as of now, by the rule of the fan-out. */
export async function moderationNow(
  { registry, queueRedis }: Pick<IngestDeps, 'registry' | 'queueRedis'>,
  { appId, settings }: App,
  event: Event,
  late: boolean,
): Promise<ModerationGate> {
  if (!isMessage(event) || moderationStatus(event) !== 'pending') {
    return moderationGate(event, { verdict: undefined, waits: false, late });
  }
  const [verdict, moderating] = await Promise.all([
    readVerdict(queueRedis, appId, event.message.id),
    isModerating(registry, appId),
  ]);
  return moderationGate(event, { verdict, waits: moderating && settings.moderation.pending === 'wait', late });
}
