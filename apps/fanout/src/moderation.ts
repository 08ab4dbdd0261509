import { type AcceptedEvent, isMessage, type ModerationGate, moderationGate, moderationStatus } from '@fanfare/core';
import { readVerdict } from '@fanfare/ledger';
import { type AppBundle, isModerating } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';

/** How soon to look for a verdict again: the longer the older the message. */
const SHORTEST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 3000;

/** What moderation does to an event now. Only a pending message costs anything: two reads. */
export async function moderationOf(
  { registry, queueRedis, now }: Pick<FanoutDeps, 'registry' | 'queueRedis' | 'now'>,
  { appId, event, leaveBy }: AcceptedEvent,
  app: AppBundle | undefined,
): Promise<ModerationGate> {
  const late = now() >= leaveBy;
  if (!app || !isMessage(event) || moderationStatus(event) !== 'pending') {
    return moderationGate(event, { verdict: undefined, waits: false, late });
  }
  const [verdict, moderating] = await Promise.all([
    readVerdict(queueRedis, appId, event.message.id),
    isModerating(registry, appId),
  ]);
  return moderationGate(event, { verdict, waits: moderating && app.app.settings.moderation.pending === 'wait', late });
}

/** How long a message that waits for its verdict is left alone, in ms; never beyond its deadline. */
export function moderationWait({ receivedAt, leaveBy }: AcceptedEvent, now: number): number {
  const wait = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, (now - receivedAt) / 10));
  return Math.ceil(Math.max(1, Math.min(wait, leaveBy - now)));
}
