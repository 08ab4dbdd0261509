import { hash } from 'node:crypto';
import { type ApnsCredential, type DevicePush, isVisible, type NotificationDetails, PLATFORMS } from '@fanfare/core';
import { collapseId } from '../payload/collapse-id.ts';
import { fit } from '../payload/fit.ts';
import { markNumber, SharedTemplates, withUnreadMark } from '../payload/shared-templates.ts';
import { fill, type Template, template } from '../payload/template.ts';
import { toJson } from '../wire/json.ts';

/** The kinds of push we send. https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
type PushType = 'alert' | 'background' | 'voip';

/** One notification as sent to APNs, over any transport. */
export interface ApnsNotification {
  /** `apns-id`: a UUID, the same for all attempts of a delivery. */
  id: string;
  topic: string;
  pushType: PushType;
  priority: 10 | 5;
  /** `apns-expiration`, epoch seconds. */
  expiration: number;
  collapseId: string | undefined;
  /** The JSON. */
  body: Buffer | string;
}

/** Bytes of JSON: https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification */
const MAX_BYTES = 4096;
const MAX_VOIP_BYTES = 5120;

/** Keys at the root of userInfo, in the order of docs/rules/cometchat.md#apns; service extensions show the pictures. */
const ROOT_KEYS = [
  'title',
  'body',
  'tag',
  'sender',
  'senderName',
  'senderAvatar',
  'receiver',
  'receiverName',
  'receiverAvatar',
  'receiverType',
  'conversationId',
  'type',
  'sessionId',
  'callAction',
  'callType',
  'sentAt',
  'unreadMessageCount',
  'message',
  'custom',
  'truncated',
] as const satisfies readonly (keyof NotificationDetails)[];

/**
 * The dictionary of a VoIP push: docs/rules/cometchat.md#voip-payload, plus `sentAt`, which lets the app recognize a
 * ring that comes too late.
 */
const VOIP_KEYS = [
  'sender',
  'senderName',
  'senderAvatar',
  'body',
  'callAction',
  'receiver',
  'type',
  'callType',
  'sessionId',
  'conversationId',
  'sentAt',
  'custom',
  'truncated',
] as const satisfies readonly (keyof NotificationDetails)[];

/**
 * Renders a push for its device; undefined when it is too large even when shortened. A VoIP token gets the VoIP
 * dictionary. A device token gets an alert, also for a ringing call (where there is no VoIP token) and for a missed
 * one; the other call states only end what is on the screen, so they go in the background, silent and invisible. A
 * silent push is a passive alert.
 */
export function renderApns(push: DevicePush, credential: ApnsCredential): ApnsNotification | undefined {
  const pushType = pushTypeOf(push);
  const body = sharedBody(pushType, push, credential) ?? ownBody(pushType, push, credential);
  if (body === undefined) return undefined;
  const voip = pushType === 'voip';
  return {
    id: apnsId(push.deliveryId),
    topic: voip ? `${credential.bundleId}.voip` : credential.bundleId,
    pushType,
    // Background pushes must not be 10, and silent ones are not urgent.
    priority: pushType === 'background' || push.sound === undefined ? 5 : 10,
    expiration: Math.floor((voip ? push.deadlineAt : push.holdUntil) / 1000),
    collapseId: voip ? undefined : collapseId(push.collapseKey),
    body,
  };
}

const keysOf = (pushType: PushType) => (pushType === 'voip' ? VOIP_KEYS : ROOT_KEYS);

const limitOf = (pushType: PushType): number => (pushType === 'voip' ? MAX_VOIP_BYTES : MAX_BYTES);

/** The body for this recipient alone. */
const ownBody = (pushType: PushType, push: DevicePush, credential: ApnsCredential): string | undefined =>
  fit(push.details, {
    build: (details) => toJson(payloadOf(pushType, { details, sound: push.sound }, credential)),
    size: (json) => Buffer.byteLength(json),
    limit: limitOf(pushType),
    keys: keysOf(pushType),
    trimText: push.trimText,
  });

const UNREAD = markNumber();
/** Undefined: the body has to be built for each recipient. */
const bodies = new SharedTemplates<Template<'unread'> | undefined>();

/** The same bytes, built once for all who share them. Undefined when none are, or they have to be shortened. */
function sharedBody(pushType: PushType, push: DevicePush, credential: ApnsCredential): Buffer | undefined {
  const { shared, sound, details } = push;
  if (shared === undefined) return undefined;
  const { includeContentAvailable, includeMutableContent } = credential;
  const made = bodies.get(shared, [pushType, sound, includeContentAvailable, includeMutableContent], () =>
    bodyTemplate(pushType, { details: shared, sound }, credential),
  );
  const unread = String(details.unreadMessageCount);
  if (made === undefined || made.size + made.holes.length * unread.length > limitOf(pushType)) return undefined;
  return fill(made, { unread });
}

function bodyTemplate(pushType: PushType, { details: shared, sound }: Content, credential: ApnsCredential) {
  const details = withUnreadMark(shared, UNREAD);
  const made = template(toJson(payloadOf(pushType, { details, sound }, credential)), { unread: String(UNREAD) });
  const isCounted = details.unreadMessageCount !== undefined && pushType !== 'voip';
  // In the root, and in the badge of an alert.
  const expected = isCounted ? (pushType === 'alert' ? 2 : 1) : 0;
  return made.holes.length === expected ? made : undefined;
}

function pushTypeOf({ device, details }: DevicePush): PushType {
  if (PLATFORMS[device.platform].kind === 'voip') return 'voip';
  return isVisible(details) ? 'alert' : 'background';
}

/** What a body is built from. */
type Content = Pick<DevicePush, 'details' | 'sound'>;

function payloadOf(pushType: PushType, { details, sound }: Content, credential: ApnsCredential): object {
  if (pushType === 'voip') return pick(details, VOIP_KEYS);
  const payload = pick(details, ROOT_KEYS);
  payload.aps = pushType === 'background' ? { 'content-available': 1 } : alertOf(details, sound, credential);
  return payload;
}

/** https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification */
function alertOf(
  { title, body, unreadMessageCount: badge }: NotificationDetails,
  sound: string | undefined,
  { includeContentAvailable, includeMutableContent }: ApnsCredential,
): Record<string, unknown> {
  const aps: Record<string, unknown> = { alert: { title, body } };
  if (sound === undefined) aps['interruption-level'] = 'passive';
  else aps.sound = sound;
  if (badge !== undefined) aps.badge = badge;
  if (includeContentAvailable) aps['content-available'] = 1;
  if (includeMutableContent) aps['mutable-content'] = 1;
  return aps;
}

/**
 * These keys, in this order, if they have a value. The unread count is a string here, as CometChat's iOS sample reads
 * it; the number is in `aps.badge`.
 */
function pick(details: NotificationDetails, keys: readonly (keyof NotificationDetails)[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const key of keys) {
    if (details[key] !== undefined) picked[key] = key === 'unreadMessageCount' ? String(details[key]) : details[key];
  }
  return picked;
}

/** A UUID derived from the delivery's id, version 8 ("custom"): https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
export function apnsId(deliveryId: string): string {
  const hex = hash('sha256', deliveryId, 'hex');
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16);
  const [a, b, c, d, e] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16), hex.slice(17, 20), hex.slice(20, 32)];
  return `${a}-${b}-8${c}-${variant}${d}-${e}`;
}
