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
import { readCast } from './profiles.ts';

/** Where a notification can be looked at: a platform of devices, or the webhook. */
export const PREVIEW_PLATFORMS = [...(Object.keys(PLATFORMS) as Platform[]), 'custom'] as const;

/** What is asked for. */
export interface PreviewRequest {
  event: Event;
  /** For whom; by default the receiver of a 1:1, in groups nobody in particular. */
  uid?: string | undefined;
  platform: Platform | 'custom';
}

/** How a notification looks: its texts, and what the provider would be sent. */
export interface Preview {
  title: string;
  body: string;
  payload: Record<string, unknown>;
}

/** Stands for somebody who has set nothing of their own. Not a uid that anybody can have. */
const NOBODY = '(anybody)';

/** Stands for the push token. */
const TOKEN = 'push-token';

/**
 * How an event would look on a platform with the app's templates and credentials of now; decides nothing, sends
 * nothing, writes nothing.
 * @throws FanfareError when the event notifies nobody or not there, is too large, or the platform has no provider.
 */
export async function preview(deps: IngestDeps, appId: string, request: PreviewRequest): Promise<Preview> {
  const [[event], bundle] = await Promise.all([completeEvents(deps, appId, [request.event]), readBundle(deps, appId)]);
  if (!event || !isNotifying(event)) throw badField('event.type', 'is of an event that notifies nobody');
  const push = await pushOf(deps, bundle, event, { ...request, uid: request.uid ?? usualRecipient(event) });
  const { title, body } = push.details;
  const payload =
    request.platform === 'custom' ? customBody(push) : devicePayload(deps, bundle, event, push, request.platform);
  return { title, body, payload: payload as unknown as Record<string, unknown> };
}

const usualRecipient = ({ conversation, recipients }: NotifyingEvent): string =>
  conversation.type === 'user' ? conversation.id : (recipients?.[0] ?? NOBODY);

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
    throw badField('platform', `an event of type ${event.type} does not go to ${platform}`);
  }
  const device = { token: TOKEN, platform, registeredAt: deps.now() };
  const devicePush = pushToDevice(push, event, device, bundle.app.settings);
  const payload =
    PLATFORMS[platform].provider === 'fcm' ? fcmPayload(deps, bundle, devicePush) : apnsPayload(bundle, devicePush);
  if (payload) return payload;
  throw new FanfareError('ERR_PAYLOAD_TOO_LARGE', 'event: is too large for the platform even when shortened');
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
  return notification && { headers: apnsHeaders(notification), body: JSON.parse(notification.body) as object };
}

const noDefault = (kind: string) =>
  new FanfareError('ERR_PROVIDER_NOT_FOUND', `platform: the app has no default ${kind} provider`);
