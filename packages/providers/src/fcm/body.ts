import type { DevicePush, FcmCredential, NotificationDetails } from '@fanfare/core';
import { markNumber, SharedTemplates, withUnreadMark } from '../payload/shared-templates.ts';
import { fill, type Template, template } from '../payload/template.ts';
import { toJson } from '../wire/json.ts';
import {
  fittingMessage,
  MAX_FCM_BYTES,
  messageOf,
  type Rendering,
  renderingOf,
  sizeOf,
  wireMessage,
} from './message.ts';

/** The values in a message that differ between recipients who share its details. */
type Hole = 'token' | 'unread' | 'time';

interface SharedMessage {
  template: Template<Hole>;
  /** As FCM counts, without the unread count. */
  size: number;
  /** How often the unread count is in it. */
  unreads: number;
}

const UNREAD = markNumber();
/** Seconds: the ttl, or on iOS the moment of expiration. */
const TIME = markNumber();
const TOKEN = `token-${markNumber()}`;
const MARKS = { token: `"${TOKEN}"`, unread: String(UNREAD), time: String(TIME) };

/** Undefined: it has to be built for each recipient. */
const messages = new SharedTemplates<SharedMessage | undefined>();

/**
 * The body of `messages:send` for a push: byte for byte `wireMessage` of `renderFcm`, undefined like it. What
 * recipients share is built once.
 */
export function fcmBody(push: DevicePush, credential: FcmCredential, now: number): Buffer | string | undefined {
  const rendering = renderingOf(push, credential, now);
  return sharedBody(push.shared, rendering) ?? fittingMessage(rendering, push.trimText)?.json;
}

/** Undefined when nothing is shared, or the message has to be shortened. */
function sharedBody(shared: NotificationDetails | undefined, rendering: Rendering): Buffer | undefined {
  if (shared === undefined) return undefined;
  const { token, os, details, shown, collapseKey, sound, ttlS, heldUntilS } = rendering;
  const variant = [os, shown, collapseKey, sound];
  const message = messages.get(shared, variant, () => sharedMessage({ ...rendering, details: shared }));
  if (message === undefined) return undefined;
  const unread = String(details.unreadMessageCount);
  if (message.size + message.unreads * unread.length > MAX_FCM_BYTES) return undefined;
  const time = String(os === 'ios' ? heldUntilS : ttlS);
  return fill(message.template, { token: toJson(token), unread, time });
}

function sharedMessage(rendering: Rendering): SharedMessage | undefined {
  const message = messageOf({
    ...rendering,
    token: TOKEN,
    details: withUnreadMark(rendering.details, UNREAD),
    ttlS: TIME,
    heldUntilS: TIME,
  });
  const made = template<Hole>(wireMessage(message), MARKS);
  const unreads = made.holes.filter((hole) => hole === 'unread').length;
  const badges =
    rendering.details.unreadMessageCount === undefined ? 0 : 1 + (message.apns?.payload?.aps.badge ? 1 : 0);
  if (unreads !== badges || made.holes.length !== badges + 2) return undefined;
  return { template: made, size: sizeOf(message) - unreads * MARKS.unread.length, unreads };
}
