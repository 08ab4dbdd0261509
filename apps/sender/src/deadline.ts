import { followsRing, PLATFORMS, type ProviderKind } from '@fanfare/core';
import { findRing } from '@fanfare/ledger';
import type { DeliveryJob } from '@fanfare/queue';
import { readDeliveryTarget } from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import type { LoadedEvent } from './event-cache.ts';

/**
 * The time after which a delivery is not sent, epoch ms: from its replay, else from its event. The end of a ring is
 * sent by VoIP only while the ring may be showing (docs/rules/decision.md#voip).
 */
export async function deadlineOfDelivery(
  { queueRedis, registry }: Pick<SenderDeps, 'queueRedis' | 'registry'>,
  { accepted: { appId, event, leaveBy } }: LoadedEvent,
  provider: ProviderKind,
  job: DeliveryJob,
): Promise<number> {
  const deadlineAt = job.deadlineAt ?? leaveBy;
  if (provider !== 'apns' || !followsRing(event)) return deadlineAt;
  const target = await readDeliveryTarget(registry, appId, job.uid, job.deviceId);
  const isVoip = target?.device && PLATFORMS[target.device.platform].kind === 'voip';
  if (!isVoip) return deadlineAt;
  const ring = await findRing(queueRedis, appId, event.call.sessionId);
  return Math.min(deadlineAt, ring?.showsUntil ?? 0);
}
