import type { NotifyingEvent } from '../event/event.ts';
import type { AppSettings } from '../preferences/settings.ts';
import { presentationOf } from '../render/presentation.ts';
import { render } from '../render/render.ts';
import type { RenderContext } from '../render/render-context.ts';
import type { DeviceToken } from './device.ts';
import type { DevicePush, Push } from './provider.ts';

/** What a push is built from, besides its event. */
export interface PushParts
  extends Omit<RenderContext, 'settings'>,
    Pick<Push, 'deliveryId' | 'deadlineAt' | 'holdUntil'> {
  app: { appId: string; region: string; settings: AppSettings };
}

/** Renders the push of an event for one recipient, with everything an adapter needs except the credential. */
export function buildPush(event: NotifyingEvent, parts: PushParts): Push {
  const { deliveryId, deadlineAt, holdUntil, profiles, recipient, provider, unread } = parts;
  const { appId, region, settings } = parts.app;
  const { details, shared } = render(event, { settings, profiles, recipient, provider, unread });
  return {
    deliveryId,
    appId,
    region,
    uid: recipient.uid,
    details,
    shared,
    deadlineAt,
    holdUntil,
    trimText: settings.preferences.push.trimTextFieldSetting,
  };
}

/** Every field must be set. */
type Complete<T> = { [K in keyof Required<T>]: T[K] };

/**
 * The same push for one device, with the sound and urgency of its event. Field by field: V8 spreads an object with
 * times in milliseconds ten times slower.
 */
export function pushToDevice(
  push: Push,
  event: NotifyingEvent,
  device: DeviceToken,
  settings: Pick<AppSettings, 'sound'>,
): DevicePush {
  const { collapseKey, sound } = presentationOf(event, settings);
  const devicePush: Complete<DevicePush> = {
    deliveryId: push.deliveryId,
    appId: push.appId,
    region: push.region,
    uid: push.uid,
    details: push.details,
    shared: push.shared,
    deadlineAt: push.deadlineAt,
    mayLeave: push.mayLeave,
    holdUntil: push.holdUntil,
    trimText: push.trimText,
    device,
    collapseKey,
    sound,
    isDryRun: undefined,
  };
  return devicePush;
}
