import { foreseeUnread } from '@fanfare/audience';
import {
  buildPush,
  customBody,
  DEFAULT_TEMPLATES,
  type DevicePush,
  deadlineOf,
  deliveryId,
  deviceTargets,
  type Event,
  FanfareError,
  isNotifying,
  mergePatch,
  type NotifyingEvent,
  newEventKey,
  PLATFORMS,
  type Platform,
  PrivacyOption,
  type Push,
  pushToDevice,
} from '@fanfare/core';
import { apnsHeaders, renderApns, renderFcm, wireMessage } from '@fanfare/providers';
import type { App, AppBundle } from '@fanfare/store';
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
  /** Changes of the templates to try; null restores a default, or all of them. */
  templates?: object | null | undefined;
  /** The recipient's language, in place of their own. */
  locale?: string | undefined;
  /** Whether the content is hidden, in place of what preferences say. */
  privacy?: boolean | undefined;
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
 * Renders an event for a platform with the app's current templates, or with changes of them to try, and its current
 * credentials. Decides, sends and writes nothing.
 * @throws FanfareError if the event notifies no one or not on this platform, is too large, or the platform has no
 * provider.
 */
export async function preview(deps: IngestDeps, appId: string, request: PreviewRequest): Promise<Preview> {
  const [[event], stored] = await Promise.all([completeEvents(deps, appId, [request.event]), readBundle(deps, appId)]);
  const app = withDraft(stored.app, request);
  const bundle: Drafted = { app, credential: (kind, id) => stored.credential(kind, id) };
  if (!event || !isNotifying(event)) throw badField('event.type', 'does not notify anyone');
  const push = await pushOf(deps, bundle, event, { ...request, uid: request.uid ?? usualRecipient(event) });
  const { title, body } = push.details;
  const payload =
    request.platform === 'custom' ? customBody(push) : devicePayload(deps, bundle, event, push, request.platform);
  return { title, body, payload: payload as unknown as Record<string, unknown> };
}

/** The app, perhaps with changes, and its credentials. */
type Drafted = Pick<AppBundle, 'app' | 'credential'>;

/** The app as if the changes had been made. */
function withDraft(app: App, { templates, privacy }: PreviewRequest): App {
  const { settings } = app;
  const merged = templates === undefined ? settings.templates : templates && mergePatch(settings.templates, templates);
  const usePrivacyTemplate = privacy ? PrivacyOption.Always : PrivacyOption.Never;
  return {
    ...app,
    settings: {
      ...settings,
      // Over the defaults, which null restores.
      templates: mergePatch(DEFAULT_TEMPLATES, merged ?? {}),
      preferences: { ...settings.preferences, ...(privacy === undefined ? {} : { usePrivacyTemplate }) },
    },
  };
}

const usualRecipient = ({ conversation, recipients }: NotifyingEvent): string =>
  conversation.type === 'user' ? conversation.id : (recipients?.[0] ?? ANY_USER);

async function pushOf(
  deps: IngestDeps,
  { app }: Drafted,
  event: NotifyingEvent,
  { uid, platform, locale }: PreviewRequest & { uid: string },
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
    recipient: locale === undefined ? recipient : { ...recipient, locale },
    unread: unread?.[0],
    deadlineAt: leaveBy,
    holdUntil,
  });
}

function devicePayload(deps: IngestDeps, bundle: Drafted, event: NotifyingEvent, push: Push, platform: Platform) {
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

function fcmPayload({ now }: IngestDeps, bundle: Drafted, push: DevicePush): object | undefined {
  const credential = bundle.credential('fcm', 'default');
  if (!credential) throw noDefault('FCM');
  const message = renderFcm(push, credential, now());
  return message && (JSON.parse(wireMessage(message)) as object);
}

function apnsPayload(bundle: Drafted, push: DevicePush): object | undefined {
  const credential = bundle.credential('apns', 'default');
  if (!credential) throw noDefault('APNs');
  const notification = renderApns(push, credential);
  return notification && { headers: apnsHeaders(notification), body: JSON.parse(String(notification.body)) as object };
}

const noDefault = (kind: string) =>
  new FanfareError('ERR_PROVIDER_NOT_FOUND', `platform: the app has no default ${kind} provider`);
