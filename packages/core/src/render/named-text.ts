import type { NotifyingEvent } from '../event/event.ts';
import { withNames } from '../event/mentions.ts';
import type { Profiles } from './render-context.ts';
import { MAX_BODY } from './text-limits.ts';

/** One more than is ever shown, so that the cut shows. */
const READ = MAX_BODY + 1;

/** A text with the names that hold for every recipient, and who was named how. */
interface Shared {
  text: string;
  profiles: Profiles;
  named: string;
  names: ReadonlyMap<string, string | undefined>;
}

/** By event: a text of mentions is too much to go through again for each of its recipients. */
const shared = new WeakMap<NotifyingEvent, Shared>();

/**
 * The beginning of a text, as much as any notification shows, with names in place of its mentions. The names are put in
 * once for all recipients, and again only for a recipient who is mentioned and whose own profile says another name.
 */
export function namedText(
  text: string,
  event: NotifyingEvent,
  profiles: Profiles,
  recipient: string,
  nameOf: { everyone(uid: string): string | undefined; recipient(uid: string): string | undefined },
): string {
  const known = shared.get(event);
  const current =
    known?.text === text && known.profiles === profiles ? known : read(text, event, profiles, nameOf.everyone);
  const { names, named } = current;
  const isSame = !names.has(recipient) || names.get(recipient) === nameOf.recipient(recipient);
  return isSame ? named : withNames(text, nameOf.recipient, READ);
}

function read(
  text: string,
  event: NotifyingEvent,
  profiles: Profiles,
  nameOf: (uid: string) => string | undefined,
): Shared {
  const names = new Map<string, string | undefined>();
  const lookUp = (uid: string) => {
    if (!names.has(uid)) names.set(uid, nameOf(uid));
    return names.get(uid);
  };
  const made = { text, profiles, named: withNames(text, lookUp, READ), names };
  shared.set(event, made);
  return made;
}
