import { type Event, isMessage, type ModerationDecision, moderationDecision, moderationStatus } from '@fanfare/core';
import { readVerdict } from '@fanfare/ledger';
import { type App, isModerating } from '@fanfare/store';
import type { AudienceDeps } from './source.ts';

/** How moderation affects an event now. Only a pending message costs anything: two reads. */
export async function moderationOf(
  { registry, queueRedis }: AudienceDeps,
  { appId, event }: { appId: string; event: Event },
  app: App | undefined,
  late: boolean,
): Promise<ModerationDecision> {
  if (!app || !isMessage(event) || moderationStatus(event) !== 'pending') {
    return moderationDecision(event, { verdict: undefined, waits: false, late });
  }
  const [verdict, moderating] = await Promise.all([
    readVerdict(queueRedis, appId, event.message.id),
    isModerating(registry, appId),
  ]);
  return moderationDecision(event, { verdict, waits: moderating && app.settings.moderation.pending === 'wait', late });
}
