import type { NotifyingEvent } from '../event/event.ts';
import type { AppSettings } from '../preferences/settings.ts';
import { presentationOf } from '../render/presentation.ts';
import { renderDetails } from '../render/render.ts';
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
  const { app, deliveryId, deadlineAt, holdUntil, ...context } = parts;
  const { appId, region, settings } = app;
  return {
    deliveryId,
    appId,
    region,
    uid: context.recipient.uid,
    details: renderDetails(event, { settings, ...context }),
    deadlineAt,
    holdUntil,
    trimText: settings.preferences.push.trimTextFieldSetting,
  };
}

/** The same push for one device, with the sound and urgency of its event. */
export const pushToDevice = (
  push: Push,
  event: NotifyingEvent,
  device: DeviceToken,
  settings: Pick<AppSettings, 'sound'>,
): DevicePush => ({ ...push, device, ...presentationOf(event, settings) });
