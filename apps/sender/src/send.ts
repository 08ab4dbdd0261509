import { deliveryId, isNotifying, type Lane, type Outcome } from '@fanfare/core';
import type { DeliveryJob } from '@fanfare/queue';
import { disableCustomProvider } from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import type { LoadedEvent } from './event-cache.ts';
import { render } from './render.ts';

/** What came of trying to send: the provider's answer, or a wait because the endpoint has enough to do, or is down. */
export type Sent = Outcome | { kind: 'deferred'; delayMs: number };

/** Makes one attempt through the custom provider as it is configured now. */
export async function send(
  deps: SenderDeps,
  loaded: LoadedEvent,
  lane: Lane,
  job: DeliveryJob,
  deadlineAt: number,
): Promise<Sent> {
  const { event, appId, settingsVersion, holdUntil } = loaded.accepted;
  const app = await deps.apps.get(appId, job.v ?? settingsVersion);
  if (!app) return { kind: 'rejected', reason: 'app_deleted' };
  if (!app.custom?.isEnabled) return { kind: 'rejected', reason: 'provider_disabled' };
  if (!isNotifying(event)) return { kind: 'rejected', reason: 'nothing_to_send' };
  const details = await render(deps, loaded, event, job.u);
  const admission = deps.gates[lane].enter(app.custom.webhookURL);
  if (!admission.ok) return { kind: 'deferred', delayMs: admission.waitMs };
  let failed = true;
  try {
    const id = deliveryId(job.e, job.o);
    const push = { deliveryId: id, appId, region: app.app.region, uid: job.u, details, deadlineAt, holdUntil };
    const outcome = await deps.custom.send(push, app.custom);
    failed = outcome.kind === 'retryable' && !outcome.reason.startsWith('http_4');
    if (outcome.kind === 'rejected' && outcome.disable) await disable(deps, appId, outcome.reason);
    return outcome;
  } finally {
    admission.left(failed);
  }
}

async function disable({ registry, log, now }: SenderDeps, appId: string, reason: string): Promise<void> {
  await disableCustomProvider(registry, appId, reason, now());
  log.warn({ appId, reason }, 'provider.disabled');
}
