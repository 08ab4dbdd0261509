import { deliveryId, isNotifying, type Outcome } from '@fanfare/core';
import type { DeliveryJob } from '@fanfare/queue';
import { disableCustomProvider } from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import type { LoadedEvent } from './event-cache.ts';
import { render } from './render.ts';

/** Makes one attempt through the custom provider as it is configured now. */
export async function send(
  deps: SenderDeps,
  loaded: LoadedEvent,
  job: DeliveryJob,
  deadlineAt: number,
): Promise<Outcome> {
  const { event, appId, settingsVersion } = loaded.accepted;
  const app = await deps.apps.get(appId, job.v ?? settingsVersion);
  if (!app) return { kind: 'rejected', reason: 'app_deleted' };
  if (!app.custom?.isEnabled) return { kind: 'rejected', reason: 'provider_disabled' };
  if (!isNotifying(event)) return { kind: 'rejected', reason: 'nothing_to_send' };
  const push = {
    deliveryId: deliveryId(job.e, job.o),
    appId,
    region: app.app.region,
    uid: job.u,
    details: await render(deps, loaded, event, job.u),
    deadlineAt,
  };
  const outcome = await deps.custom.send(push, app.custom);
  if (outcome.kind === 'rejected' && outcome.disable) {
    await disableCustomProvider(deps.registry, appId, outcome.reason, deps.now());
    deps.log.warn({ appId, reason: outcome.reason }, 'provider.disabled');
  }
  return outcome;
}
