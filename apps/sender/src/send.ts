import {
  buildPush,
  type DevicePush,
  deliveryId,
  isNotifying,
  isUnanswered,
  type Lane,
  type NotifyingEvent,
  type Outcome,
  PLATFORMS,
  type Platform,
  type ProviderKind,
  type Push,
  publicAppId,
  pushToDevice,
} from '@fanfare/core';
import type { DeliveryJob } from '@fanfare/queue';
import {
  type AppBundle,
  type Device,
  disableCustomProvider,
  type PushKind,
  readDeliveryTarget,
  recordFailing,
  retireDevice,
} from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import type { LoadedEvent } from './event-cache.ts';
import type { SendHealth } from './gate.ts';
import type { Subject } from './refusals.ts';

/**
 * The result of trying to send: the provider's answer, a wait for the endpoint, or that the delivery is superseded;
 * with the device's platform, if any.
 */
export type Sent = (Outcome | { kind: 'deferred'; delayMs: number } | { kind: 'superseded' }) & { platform?: Platform };

/** A delivery about to be sent. */
interface Outgoing {
  event: NotifyingEvent;
  lane: Lane;
  app: AppBundle;
  /** The recipient's device; absent for webhooks, or if it has been removed. */
  device: Device | undefined;
  push: Push;
}

/**
 * Makes one attempt with the current provider settings and device token. `again`: the delivery has been tried or
 * delayed before.
 */
export async function send(
  deps: SenderDeps,
  loaded: LoadedEvent,
  { lane, provider, again }: { lane: Lane; provider: ProviderKind; again: boolean },
  job: DeliveryJob,
  { deadlineAt, mayLeave }: Pick<Push, 'deadlineAt' | 'mayLeave'>,
): Promise<Sent> {
  const { event, appId, settingsVersion, holdUntil } = loaded.accepted;
  const app = await deps.apps.get(appId, job.settingsVersion ?? settingsVersion);
  if (!app) return { kind: 'rejected', reason: 'app_deleted' };
  if (!app.app.pushEnabled) return { kind: 'superseded' };
  if (!isNotifying(event)) return { kind: 'rejected', reason: 'nothing_to_send' };
  const [target, over] = await Promise.all([
    readDeliveryTarget(deps.registry, appId, job.uid, job.deviceId),
    deps.superseded.isSuperseded(loaded, again),
  ]);
  // The user was erased or deactivated since planning, the call was cancelled, or the message changed.
  if (!target || over) return { kind: 'superseded' };
  const built = buildPush(event, {
    app: app.app,
    deliveryId: deliveryId(job.eventKey, job.ordinal),
    provider,
    profiles: loaded.profiles,
    recipient: target,
    unread: job.unread,
    deadlineAt,
    holdUntil: heldUntil(job, holdUntil, deps.now()),
  });
  const push = { ...built, mayLeave };
  const outgoing = { event, lane, app, device: target.device, push };
  return provider === 'custom' ? sendToWebhook(deps, outgoing) : sendToDevice(deps, outgoing, provider);
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

/** The secret was encrypted with a master key this process lacks; deliveries wait until the operator provides it. */
const UNREADABLE = { kind: 'credential_failing', reason: 'secret_unreadable' } as const;

function tryDecrypt<T>(read: () => T): T | 'unreadable' {
  try {
    return read();
  } catch {
    return 'unreadable';
  }
}

async function sendToWebhook(deps: SenderDeps, { lane, app, push }: Outgoing): Promise<Sent> {
  const custom = tryDecrypt(() => app.custom);
  if (custom === 'unreadable') return UNREADABLE;
  if (!custom?.isEnabled) return { kind: 'rejected', reason: 'provider_disabled' };
  const { origin } = new URL(custom.webhookURL);
  const subject: Subject = { appId: push.appId, provider: 'custom', name: origin };
  const attempt = () => deps.providers.custom.send(push, custom);
  const sent = await throughGate(deps, { lane, name: custom.webhookURL, origin, subject }, attempt);
  if (sent.kind === 'rejected' && sent.disable) {
    const why = { reason: sent.reason, at: deps.now() };
    await disableCustomProvider(deps.registry, push.appId, custom.webhookURL, why);
    deps.log.warn({ appId: publicAppId(push.appId), reason: sent.reason }, 'provider.disabled');
  }
  return sent;
}

async function sendToDevice(
  deps: SenderDeps,
  { event, lane, app, device, push }: Outgoing,
  kind: PushKind,
): Promise<Sent> {
  if (!device) return { kind: 'superseded' };
  const { platform } = device;
  const by = tryDecrypt(() => adapterFor(deps, app, kind, device.providerId));
  if (by === 'unreadable') return { ...UNREADABLE, platform };
  if (!by) return { kind: 'rejected', reason: 'provider_disabled', platform };
  const devicePush = pushToDevice(push, event, device, app.app.settings);
  // Also by system: FCM may reject a project's iOS pushes, for lack of an APNs key, and accept the others.
  const name = `${kind}|${by.credentialId}|${PLATFORMS[device.platform].os}`;
  const subject: Subject = { appId: push.appId, provider: kind, name: by.credentialId };
  const through = { lane, name: `${name}|${app.app.version}`, subject };
  const sent = await throughGate(deps, through, () => by.send(devicePush));
  await recordSideEffects(deps, { app, push }, device, { kind, id: by.credentialId }, sent);
  return { ...sent, platform };
}

/** A push service with the credential named by a device's `providerId`. */
interface Adapter {
  credentialId: string;
  send(push: DevicePush): Promise<Outcome>;
}

/** Undefined if there is no such credential. @throws if its secret cannot be decrypted. */
function adapterFor(
  { providers }: SenderDeps,
  app: AppBundle,
  kind: PushKind,
  providerId: string,
): Adapter | undefined {
  switch (kind) {
    case 'fcm': {
      const credential = app.credential(kind, providerId);
      return credential && { credentialId: credential.id, send: (push) => providers.fcm.send(push, credential) };
    }
    case 'apns': {
      const credential = app.credential(kind, providerId);
      return credential && { credentialId: credential.id, send: (push) => providers.apns.send(push, credential) };
    }
  }
}

/**
 * Reasons for a dead token that a wrong credential or environment also causes for every valid token
 * (docs/rules/delivery.md#token-safety). The delivery ends, but the device stays.
 */
const PROVES_NOTHING = new Set(['BadDeviceToken', 'DeviceTokenNotForTopic', 'SENDER_ID_MISMATCH']);

/** Records what an answer says about the token and the credential. */
async function recordSideEffects(
  deps: SenderDeps,
  { app, push: { appId, uid } }: Pick<Outgoing, 'app' | 'push'>,
  device: Device,
  credential: { kind: PushKind; id: string },
  sent: Sent,
): Promise<void> {
  if (sent.kind === 'token_dead' && !PROVES_NOTHING.has(sent.reason))
    await retireDevice(deps.registry, appId, uid, device);
  if (sent.kind === 'credential_failing') {
    await recordFailing(deps.registry, appId, credential, { reason: sent.reason, at: deps.now() });
    deps.log.error(
      { appId: publicAppId(appId), ...credential, reason: sent.reason, detail: sent.detail },
      'credential.failing',
    );
  } else if (sent.kind === 'accepted' && app.failing(credential.kind, credential.id)) {
    await recordFailing(deps.registry, appId, credential, undefined);
    deps.log.info({ appId: publicAppId(appId), ...credential }, 'credential.works_again');
  }
}

/** Sends if the gate admits it, and reports the result to the gate. */
async function throughGate(
  deps: SenderDeps,
  { lane, subject, ...to }: { lane: Lane; name: string; origin?: string; subject: Subject },
  attempt: () => Promise<Outcome>,
): Promise<Sent> {
  const admission = deps.gates[lane].enter({ appId: subject.appId, ...to });
  if (!admission.ok) return { kind: 'deferred', delayMs: admission.waitMs };
  let health: SendHealth = 'failed';
  try {
    const outcome = await attempt();
    deps.refusals.record(subject, outcome);
    health = sendHealthOf(outcome);
    return outcome;
  } finally {
    admission.left(health);
  }
}

function sendHealthOf(outcome: Outcome): SendHealth {
  if (outcome.kind === 'credential_failing') return 'refused';
  if (outcome.kind === 'withheld') return 'unsent';
  // An endpoint that answers is up; one that does not, or answers 5xx, is down.
  const { kind } = outcome;
  if (kind === 'throttled') return isUnanswered(outcome.reason) ? 'failed' : 'fine';
  return kind === 'retryable' && !outcome.reason.startsWith('http_4') ? 'failed' : 'fine';
}
