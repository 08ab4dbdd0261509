import { isGroupAction, isMessage, type NotifyingEvent } from '../event/event.ts';
import { mentionsIn } from '../event/mentions.ts';
import { usesPrivacyTemplate } from '../preferences/effective-preferences.ts';
import type { NotificationDetails } from './notification-details.ts';
import type { RenderContext } from './render-context.ts';

/** The details of one event for the recipients it does not name, by what still tells them apart. */
interface Shared extends Pick<RenderContext, 'settings' | 'profiles'> {
  details: Map<string, NotificationDetails>;
}

/** Kept per event: languages, privacy and unread counts of a large group make many, of which the last are kept. */
const MOST = 200;

const shared = new WeakMap<NotifyingEvent, Shared>();
const named = new WeakMap<NotifyingEvent, ReadonlySet<string>>();

/**
 * Renders once for all recipients in a group who are not named in the event and have the language, privacy and unread
 * count in common. The result is shared: it must not be changed.
 */
export function renderShared(
  event: NotifyingEvent,
  context: RenderContext,
  render: () => NotificationDetails,
): NotificationDetails {
  const { settings, profiles, recipient, provider, unread } = context;
  if (event.conversation.type !== 'group' || namedIn(event).has(recipient.uid)) return render();
  let known = shared.get(event);
  if (known?.settings !== settings || known.profiles !== profiles) {
    known = { settings, profiles, details: new Map() };
    shared.set(event, known);
  }
  const isPrivate = usesPrivacyTemplate(settings.preferences, recipient.preferences);
  const key = `${provider} ${isPrivate} ${unread} ${recipient.locale}`;
  const before = known.details.get(key);
  if (before) return before;
  const details = Object.freeze(render());
  if (known.details.size >= MOST) known.details.clear();
  known.details.set(key, details);
  return details;
}

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
