import { foreseeUnread } from '@fanfare/audience';
import {
  buildPush,
  customBody,
  type DevicePush,
  deadlineOf,
  deliveryId,
  deviceTargets,
  type Event,
  FanfareError,
  isNotifying,
  type NotifyingEvent,
  newEventKey,
  PLATFORMS,
  type Platform,
  type Push,
  pushToDevice,
} from '@fanfare/core';
import { apnsHeaders, renderApns, renderFcm, wireMessage } from '@fanfare/providers';
import type { AppBundle } from '@fanfare/store';
import { completeEvents } from '../accept/complete-events.ts';
import type { IngestDeps } from '../deps.ts';
import { badField } from '../http/fields.ts';
import { readBundle } from './bundle.ts';
import { readCast } from './cast.ts';

/** Where a notification can be previewed: a device platform, or the webhook. */
export const PREVIEW_PLATFORMS = [...(Object.keys(PLATFORMS) as Platform[]), 'custom'] as const;

/** What to preview. */
export interface PreviewRequest {
  event: Event;
  /** The recipient. Default: the receiver in a 1:1, an unspecified user in a group. */
  uid?: string | undefined;
  platform: Platform | 'custom';
}

/** A previewed notification: its texts, and the payload for the provider. */
export interface Preview {
  title: string;
  body: string;
  payload: Record<string, unknown>;
}

/** Stands for a user without any settings. Not a valid uid, so no user has it. */
const ANY_USER = '(any user)';

/** Placeholder for the push token. */
const TOKEN = 'push-token';

/**
 * Renders an event for a platform with the app's current templates and credentials. Decides, sends and writes nothing.
 * @throws FanfareError if the event notifies no one or not on this platform, is too large, or the platform has no
 * provider.
 */
export async function preview(deps: IngestDeps, appId: string, request: PreviewRequest): Promise<Preview> {
  const [[event], bundle] = await Promise.all([completeEvents(deps, appId, [request.event]), readBundle(deps, appId)]);
  if (!event || !isNotifying(event)) throw badField('event.type', 'does not notify anyone');
  const push = await pushOf(deps, bundle, event, { ...request, uid: request.uid ?? usualRecipient(event) });
  const { title, body } = push.details;
  const payload =
    request.platform === 'custom' ? customBody(push) : devicePayload(deps, bundle, event, push, request.platform);
  return { title, body, payload: payload as unknown as Record<string, unknown> };
}

const usualRecipient = ({ conversation, recipients }: NotifyingEvent): string =>
  conversation.type === 'user' ? conversation.id : (recipients?.[0] ?? ANY_USER);

async function pushOf(
  deps: IngestDeps,
  { app }: AppBundle,
  event: NotifyingEvent,
  { uid, platform }: { uid: string; platform: Platform | 'custom' },
): Promise<Push> {
  const now = deps.now();
  const [{ profiles, recipient }, unread] = await Promise.all([
    readCast(deps.registry, app.appId, event, uid),
    app.settings.badge
      ? foreseeUnread(deps.registry, { appId: app.appId, event, moderation: { kind: 'open' } }, [uid])
      : undefined,
  ]);
  const { leaveBy, holdUntil } = deadlineOf(event, now, app.settings.deadlines);
  return buildPush(event, {
    app,
    deliveryId: deliveryId(newEventKey(now, deps.random), 0),
    provider: platform === 'custom' ? platform : PLATFORMS[platform].provider,
    profiles,
    recipient,
    unread: unread?.[0],
    deadlineAt: leaveBy,
    holdUntil,
  });
}

function devicePayload(deps: IngestDeps, bundle: AppBundle, event: NotifyingEvent, push: Push, platform: Platform) {
  const ring = { devices: new Set([TOKEN]), isEndedNow: true };
  if (deviceTargets(event, [{ id: TOKEN, platform }], { ring }).length === 0) {
    throw badField('platform', `${event.type} is not sent to ${platform}`);
  }
  const device = { token: TOKEN, platform, registeredAt: deps.now() };
  const devicePush = pushToDevice(push, event, device, bundle.app.settings);
  const payload =
    PLATFORMS[platform].provider === 'fcm' ? fcmPayload(deps, bundle, devicePush) : apnsPayload(bundle, devicePush);
  if (payload) return payload;
  throw new FanfareError('ERR_PAYLOAD_TOO_LARGE', 'event: is too large for the platform, even with its text shortened');
}

function fcmPayload({ now }: IngestDeps, bundle: AppBundle, push: DevicePush): object | undefined {
  const credential = bundle.credential('fcm', 'default');
  if (!credential) throw noDefault('FCM');
  const message = renderFcm(push, credential, now());
  return message && (JSON.parse(wireMessage(message)) as object);
}

function apnsPayload(bundle: AppBundle, push: DevicePush): object | undefined {
  const credential = bundle.credential('apns', 'default');
  if (!credential) throw noDefault('APNs');
  const notification = renderApns(push, credential);
  return notification && { headers: apnsHeaders(notification), body: JSON.parse(String(notification.body)) as object };
}

const noDefault = (kind: string) =>
  new FanfareError('ERR_PROVIDER_NOT_FOUND', `platform: the app has no default ${kind} provider`);
