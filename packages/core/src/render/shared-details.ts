import { isGroupAction, isMessage, type NotifyingEvent } from '../event/event.ts';
import { mentionsIn } from '../event/mentions.ts';
import { usesPrivacyTemplate } from '../preferences/effective-preferences.ts';
import type { NotificationDetails } from './notification-details.ts';
import type { RenderContext } from './render-context.ts';

/** The content of a notification for one recipient. */
export interface Rendered {
  details: NotificationDetails;
  /** The same but for the number in `unreadMessageCount`: one object for all recipients it is shared by. */
  shared?: NotificationDetails;
}

/** The details of one event for the recipients it does not name, by what still tells them apart. */
interface SharedByEvent extends Pick<RenderContext, 'settings' | 'profiles'> {
  byAudience: Map<string, SharedByUnread>;
}

/** What recipients share, and the details for each unread count. */
interface SharedByUnread {
  shared: NotificationDetails;
  byUnread: Map<number | undefined, Rendered>;
}

/** Kept per event: languages of a large group make many, of which the last are kept. The same for unread counts. */
const MOST = 200;

const sharedByEvent = new WeakMap<NotifyingEvent, SharedByEvent>();
const named = new WeakMap<NotifyingEvent, ReadonlySet<string>>();

/**
 * Renders once for all recipients in a group who are not named in the event and have the language and privacy in
 * common. The result is shared: it must not be changed.
 */
export function renderShared(
  event: NotifyingEvent,
  context: RenderContext,
  render: () => NotificationDetails,
): Rendered {
  const { settings, profiles, recipient, provider, unread } = context;
  if (event.conversation.type !== 'group' || namedIn(event).has(recipient.uid)) return { details: render() };
  let known = sharedByEvent.get(event);
  if (known?.settings !== settings || known.profiles !== profiles) {
    known = { settings, profiles, byAudience: new Map() };
    sharedByEvent.set(event, known);
  }
  const isPrivate = usesPrivacyTemplate(settings.preferences, recipient.preferences);
  const key = `${provider} ${isPrivate} ${unread === undefined} ${recipient.locale}`;
  const { shared, byUnread } = remembered(known.byAudience, key, () => ({
    shared: Object.freeze(render()),
    byUnread: new Map(),
  }));
  return remembered(byUnread, unread, () => ({ details: withUnread(shared, unread), shared }));
}

/** The value of a key, made on first use. */
function remembered<K, V>(values: Map<K, V>, key: K, make: () => V): V {
  const before = values.get(key);
  if (before) return before;
  const made = make();
  if (values.size >= MOST) values.clear();
  values.set(key, made);
  return made;
}

/** The details with another unread count, which keeps its place among the keys. */
const withUnread = (shared: NotificationDetails, unread: number | undefined): NotificationDetails =>
  shared.unreadMessageCount === unread ? shared : Object.freeze({ ...shared, unreadMessageCount: unread as number });

/** The users for whom a notification of this event may say something of their own, if they receive it. */
function namedIn(event: NotifyingEvent): ReadonlySet<string> {
  const known = named.get(event);
  if (known) return known;
  const uids = new Set(uidsIn(event));
  named.set(event, uids);
  return uids;
}

function uidsIn(event: NotifyingEvent): readonly string[] {
  if (isGroupAction(event)) return event.members.map(({ uid }) => uid);
  if (!isMessage(event)) return [];
  const { message } = event;
  const { data } = message.object ?? {};
  const text = typeof data === 'object' && data !== null && 'text' in data ? data.text : undefined;
  // The backend's object may have another text than the event, and it is the one that is shown.
  const inObject = typeof text === 'string' ? mentionsIn({ ...message, text }).uids : [];
  return [...mentionsIn(message).uids, ...inObject];
}
