import {
  type DeviceOs,
  type DevicePush,
  type FcmCredential,
  isVisible,
  type NotificationDetails,
  PLATFORMS,
  type Presentation,
} from '@fanfare/core';
import type { AndroidConfig, ApnsConfig, TokenMessage, WebpushConfig } from 'firebase-admin/messaging';
import { collapseId, webPushTopic } from '../payload/collapse-id.ts';
import { fit } from '../payload/fit.ts';
import { toJson } from '../wire/json.ts';

/** Bytes: https://firebase.google.com/docs/cloud-messaging/concept-options#data_messages */
export const MAX_FCM_BYTES = 4096;
/** The longest ttl FCM takes: four weeks. https://firebase.google.com/docs/cloud-messaging/concept-options#ttl */
const MAX_TTL_S = 2_419_200;

/**
 * The data map, in the order of docs/rules/cometchat.md#payload. None is a reserved word of FCM (`from`, `gcm…`,
 * `google…`, …).
 */
const DATA_KEYS = [
  'title',
  'body',
  'sender',
  'senderName',
  'senderAvatar',
  'receiver',
  'receiverName',
  'receiverAvatar',
  'receiverType',
  'tag',
  'conversationId',
  'type',
  'callAction',
  'sessionId',
  'callType',
  'sentAt',
  'unreadMessageCount',
  'message',
  'custom',
  'truncated',
] as const satisfies readonly (keyof NotificationDetails)[];

/** Everything a message depends on. */
export interface Rendering extends Presentation {
  token: string;
  os: DeviceOs;
  details: NotificationDetails;
  /** Whether FCM shows it, instead of only passing the data to the app. */
  shown: boolean;
  /** Whole seconds FCM may hold it. */
  ttlS: number;
  /** Until when APNs may hold it, epoch seconds; 0: not at all. */
  heldUntilS: number;
}

/**
 * Renders a push as the message for its device, in the format of firebase-admin; `wireMessage` gives the JSON. Data
 * only, unless the credential asks for a `notification` block and there is something to show. Undefined when it is too
 * large even when shortened. `now` in epoch ms.
 *
 * There is no `collapse_key`: FCM keeps at most four of them per device and throttles them, so it would lose messages
 * (https://firebase.google.com/docs/cloud-messaging/concept-options#collapsible_and_non-collapsible_messages). Related
 * notifications replace each other by their collapse key elsewhere: in Android's notification, at the push service and
 * in the browser on the web, by `apns-collapse-id` on iOS; and in the app by the tag in `data`.
 */
export const renderFcm = (push: DevicePush, credential: FcmCredential, now: number): TokenMessage | undefined =>
  fittingMessage(renderingOf(push, credential, now), push.trimText)?.message;

/**
 * The message, shortened as far as needed, and its JSON; undefined when nothing helps. A message is never larger than
 * its JSON, so it is rarely measured.
 */
export function fittingMessage(
  rendering: Rendering,
  trimText: boolean | undefined,
): { message: TokenMessage; json: string } | undefined {
  return fit(rendering.details, {
    build(details) {
      const message = messageOf({ ...rendering, details });
      return { message, json: wireMessage(message) };
    },
    size({ message, json }) {
      const bytes = Buffer.byteLength(json);
      return bytes <= MAX_FCM_BYTES ? bytes : sizeOf(message);
    },
    limit: MAX_FCM_BYTES,
    keys: DATA_KEYS,
    trimText,
  });
}

/** What a message is built from. */
export function renderingOf(push: DevicePush, credential: FcmCredential, now: number): Rendering {
  const { os } = PLATFORMS[push.device.platform];
  const shown = credential.notificationInPayload[os][push.details.type] && isVisible(push.details);
  return {
    token: push.device.token,
    os,
    details: push.details,
    collapseKey: push.collapseKey,
    sound: push.sound,
    shown,
    ttlS: Math.min(MAX_TTL_S, Math.max(0, Math.floor((push.holdUntil - now) / 1000))),
    heldUntilS: Math.floor(push.holdUntil / 1000),
  };
}

/** The message, whatever its size. */
export function messageOf(rendering: Rendering): TokenMessage {
  const { token, os, details, shown } = rendering;
  const { title, body } = details;
  return {
    token,
    data: dataOf(details),
    ...(shown ? { notification: { title, body } } : {}),
    ...PLATFORM_BLOCKS[os](rendering),
  };
}

const PLATFORM_BLOCKS = {
  android: (rendering: Rendering) => ({ android: androidOf(rendering) }),
  ios: (rendering: Rendering) => ({ apns: apnsOf(rendering) }),
  web: (rendering: Rendering) => ({ webpush: webpushOf(rendering) }),
};

function androidOf({ collapseKey, sound, shown, ttlS }: Rendering): AndroidConfig {
  return {
    // The API's own spelling; the SDK's type only knows its alternative, but passes on either.
    priority: sound === undefined ? ('NORMAL' as 'normal') : ('HIGH' as 'high'),
    ttl: ttlS * 1000,
    ...(shown ? { notification: { ...(sound === undefined ? {} : { sound }), tag: collapseKey } } : {}),
  };
}

/** https://www.rfc-editor.org/rfc/rfc8030#section-5.2 to 5.4 */
function webpushOf({ details, collapseKey, sound, shown, ttlS }: Rendering): WebpushConfig {
  const { senderAvatar: icon } = details;
  const silent = sound === undefined;
  const notification = { tag: collapseKey, ...(icon === undefined ? {} : { icon }), ...(silent ? { silent } : {}) };
  return {
    headers: { TTL: String(ttlS), Urgency: silent ? 'normal' : 'high', Topic: webPushTopic(collapseKey) },
    ...(shown ? { notification } : {}),
  };
}

/**
 * Data-only messages wake the app in the background, which APNs accepts with priority 5 only. A silent push is passive.
 */
function apnsOf({ details, collapseKey, sound, shown, heldUntilS }: Rendering): ApnsConfig {
  const { unreadMessageCount: badge } = details;
  const alarm = sound === undefined ? { 'interruption-level': 'passive' } : { sound };
  return {
    headers: {
      'apns-push-type': shown ? 'alert' : 'background',
      'apns-priority': shown && sound !== undefined ? '10' : '5',
      'apns-expiration': String(heldUntilS),
      'apns-collapse-id': collapseId(collapseKey),
    },
    payload: { aps: shown ? { ...alarm, ...(badge === undefined ? {} : { badge }) } : { 'content-available': 1 } },
  };
}

/** Every value a string: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#resource:-message */
function dataOf(details: NotificationDetails): Record<string, string> {
  const data: Record<string, string> = {};
  for (const key of DATA_KEYS) {
    const value = details[key];
    if (value === undefined) continue;
    data[key] = typeof value === 'string' ? value : toJson(value);
  }
  return data;
}

/** Bytes of keys and values of the data, and of the blocks sent to the device with them. */
export function sizeOf({ data = {}, notification, android, webpush, apns }: TokenMessage): number {
  let size = 0;
  for (const [key, value] of Object.entries(data)) size += key.length + Buffer.byteLength(value);
  for (const block of [notification, android?.notification, webpush?.notification, apns?.payload]) {
    if (block !== undefined) size += Buffer.byteLength(toJson(block));
  }
  return size;
}

/**
 * The body of `messages:send`. The SDK's type matches the API, except for the ttl: milliseconds in one, text in the
 * other.
 */
export function wireMessage(message: TokenMessage): string {
  const { android } = message;
  if (android?.ttl === undefined) return toJson({ message });
  return toJson({ message: { ...message, android: { ...android, ttl: `${android.ttl / 1000}s` } } });
}
