import {
  type AcceptedEvent,
  buildPush,
  contentKeptMs,
  deliveryId,
  isNotifying,
  PLATFORMS,
  type Push,
  pushToDevice,
} from '@fanfare/core';
import type { PlannedTrace } from '@fanfare/ledger';
import { renderApns, renderFcm } from '@fanfare/providers';
import { type AppBundle, type Device, UndecryptableSecret } from '@fanfare/store';
import type { Cast } from './cast.ts';

/** A planned delivery, and what its payload is rendered from. */
export interface TracedDelivery {
  bundle: AppBundle;
  accepted: AcceptedEvent;
  cast: Cast;
  delivery: PlannedTrace['deliveries'][number];
  /** As registered now. */
  device: Device | undefined;
}

/**
 * The parts of a delivery's payload that were too large, as it would be rendered now: the ledger stores no payload
 * (ADR 7). Undefined if none were, or the event's content, the device or its credential is no longer there.
 */
export function truncatedParts(traced: TracedDelivery, now: number): string[] | undefined {
  const { bundle, accepted, cast, delivery, device } = traced;
  const { event, key, receivedAt, leaveBy, holdUntil } = accepted;
  if (!isNotifying(event) || now - receivedAt >= contentKeptMs(bundle.app.settings)) return undefined;
  const { provider } = delivery.target;
  const push = buildPush(event, {
    app: bundle.app,
    deliveryId: deliveryId(key, delivery.ordinal),
    provider,
    profiles: cast.profiles,
    recipient: cast.recipient,
    unread: delivery.unread,
    deadlineAt: leaveBy,
    holdUntil,
  });
  if (provider === 'custom') return push.details.truncated?.split(',');
  if (!device) return undefined;
  return inDevicePayload(bundle, pushToDevice(push, event, device, bundle.app.settings), device, now)?.split(',');
}

function inDevicePayload(
  bundle: AppBundle,
  push: ReturnType<typeof pushToDevice>,
  { platform, providerId }: Device,
  now: number,
): string | undefined {
  if (PLATFORMS[platform].provider === 'fcm') {
    const credential = readable(() => bundle.credential('fcm', providerId));
    return credential && renderFcm(push, credential, now)?.data?.truncated;
  }
  const credential = readable(() => bundle.credential('apns', providerId));
  const notification = credential && renderApns(push, credential);
  if (!notification) return undefined;
  return (JSON.parse(String(notification.body)) as Partial<Push['details']>).truncated;
}

/** The credential, or undefined if no master key decrypts it. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UndecryptableSecret) return undefined;
    throw error;
  }
}
