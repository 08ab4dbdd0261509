import {
  buildPush,
  type CustomCredential,
  deliveryId,
  isNotifying,
  type Lane,
  type NotifyingEvent,
  type Outcome,
  PLATFORMS,
  type Push,
  publicAppId,
  pushToDevice,
} from '@fanfare/core';
import type { DeliveryJob } from '@fanfare/queue';
import { type AppBundle, type Device, disableCustomProvider, type PushKind } from '@fanfare/store';
import { type Address, addressOf, tryDecrypt, UNREADABLE } from './address.ts';
import type { SenderDeps } from './deps.ts';
import { originOf, webhookGate } from './held/gate-of.ts';
import type { Delivery, PackInHand } from './pack.ts';
import { recordSideEffects } from './side-effects.ts';

/** A delivery with the current provider settings and device token. It is rendered when it is sent. */
export interface Ready extends Pick<Address<Push>, 'gate' | 'subject'> {
  kind: 'ready';
  /** Makes one attempt, and records what the answer says about the token and the credential. */
  send(): Promise<Outcome>;
}

/** Why a delivery is not sent. */
export type Unsendable = Outcome | { kind: 'superseded' } | { kind: 'expired' };

/** Prepares a delivery for sending, unless it is too late, no longer wanted or cannot be sent. */
export function prepare(
  deps: SenderDeps,
  pack: PackInHand,
  { planned, recipient, deadlineAt }: Delivery,
): Ready | Unsendable {
  const { job, loaded, profiles, app } = pack;
  const { event, holdUntil } = loaded.accepted;
  if (deps.now() >= deadlineAt) return { kind: 'expired' };
  if (!app) return { kind: 'rejected', reason: 'app_deleted' };
  if (!app.app.pushEnabled) return { kind: 'superseded' };
  if (!isNotifying(event)) return { kind: 'rejected', reason: 'nothing_to_send' };
  // The user was erased or deactivated since planning, the call was cancelled, or the message changed.
  if (!recipient || pack.superseded) return { kind: 'superseded' };
  const { provider, lane } = pack.source;
  const render = (): Push => {
    const push: Push = buildPush(event, {
      app: app.app,
      deliveryId: deliveryId(pack.ref.key, planned.ordinal),
      provider,
      profiles,
      recipient,
      unread: planned.unread,
      deadlineAt,
      holdUntil: heldUntil(job.data, holdUntil, deps.now()),
    });
    push.mayLeave = () => deps.now() < deadlineAt && job.holdsLock();
    return push;
  };
  if (provider === 'custom') return toWebhook(deps, app, lane, render);
  const { device } = recipient;
  return device ? toDevice(deps, pack, app, { device, event, render, kind: provider }) : { kind: 'superseded' };
}

/**
 * Until when a provider may hold a delivery: from its replay, else from its event. The event's time may be long past in
 * a replay, so the deadline of the replay is the minimum. A time in the past becomes 0, APNs' "try once, store nothing"
 * (https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns).
 */
function heldUntil({ deadlineAt, holdUntil }: DeliveryJob, ofEvent: number, now: number): number {
  const until = holdUntil ?? Math.max(ofEvent, deadlineAt ?? 0);
  return until > now ? until : 0;
}

function toWebhook(deps: SenderDeps, app: AppBundle, lane: Lane, render: () => Push): Ready | Unsendable {
  if (!app.customEnabled || app.webhookURL === undefined) return { kind: 'rejected', reason: 'provider_disabled' };
  const { appId } = app.app;
  const gate = webhookGate(appId, lane, app.webhookURL);
  const custom = tryDecrypt(() => app.custom);
  return {
    kind: 'ready',
    gate,
    subject: { appId, provider: 'custom', name: originOf(gate) },
    send: custom ? () => post(deps, custom, render()) : UNREADABLE,
  };
}

/** Sends to the webhook, and disables it if the answer says so. */
async function post(deps: SenderDeps, custom: CustomCredential, push: Push): Promise<Outcome> {
  const { appId } = push;
  const sent = await deps.providers.custom.send(push, custom);
  deps.webhookHealth.record(appId, custom.webhookURL, sent);
  if (sent.kind === 'rejected' && sent.disable) {
    await disableCustomProvider(deps.registry, appId, custom.webhookURL, { reason: sent.reason, at: deps.now() });
    deps.log.warn({ appId: publicAppId(appId), reason: sent.reason }, 'provider.disabled');
  }
  return sent;
}

function toDevice(
  deps: SenderDeps,
  pack: PackInHand,
  app: AppBundle,
  { device, event, render, kind }: { device: Device; event: NotifyingEvent; render: () => Push; kind: PushKind },
): Ready | Unsendable {
  const { lane } = pack.source;
  const { providerId } = device;
  const { os } = PLATFORMS[device.platform];
  const id = `${providerId} ${os}`;
  const address = pack.addresses.get(id) ?? addressOf(deps, app, kind, { lane, providerId, os });
  if (!address) return { kind: 'rejected', reason: 'provider_disabled' };
  pack.addresses.set(id, address);
  return {
    kind: 'ready',
    gate: address.gate,
    subject: address.subject,
    send: async () => {
      const push = render();
      const sent = await address.send(pushToDevice(push, event, device, app.app.settings));
      const recording = recordSideEffects(deps, { uid: push.uid, device, address }, sent);
      if (recording !== undefined) await recording;
      return sent;
    },
  };
}
